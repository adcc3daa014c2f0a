#include "common/redis/client.hpp"

#include <array>
#include <functional>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"

namespace watchtower::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using test::RedisServer;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kDeadline{10};

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Unavailable& error) {
        return std::string("unavailable: ") + error.what();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

bool answers(Client& client) {
    return client.command({"PING"}).text() == "PONG";
}

TEST(RedisClient, SetsAndGetsOverTcpAndUnixSocket) {
    RedisServer server;
    Client tcp({.url = server.url(2)});
    Client socket({.url = server.unix_url(2)});
    Client other_database({.url = server.url(3)});
    EXPECT_EQ(tcp.command({"SET", "key", "value"}).text(), "OK");
    EXPECT_EQ(socket.command({"GET", "key"}).text(), "value");
    EXPECT_TRUE(other_database.command({"GET", "key"}).is_nil());
    EXPECT_EQ(tcp.command({"INCR", "n"}).integer(), 1);
    EXPECT_EQ(tcp.command({"RPUSH", "list", "a", "b"}).integer(), 2);
    EXPECT_EQ(tcp.command({"LRANGE", "list", "0", "-1"}), Reply::of_array({Reply::of_text("a"), Reply::of_text("b")}));
}

TEST(RedisClient, CarriesAnyBytesAndBigValues) {
    RedisServer server;
    Client client({.url = server.url()});
    const std::string binary("a\0b\r\n\xff$-1\r\n", 11);
    client.command({"SET", binary, binary});
    EXPECT_EQ(client.command({"GET", binary}).text(), binary);
    client.command({"SET", "empty", ""});
    EXPECT_EQ(client.command({"GET", "empty"}).text(), "");
    const std::string big(64U << 20U, 'x');
    client.command({"SET", "big", big});
    EXPECT_EQ(client.command({"GET", "big"}).text(), big);
}

TEST(RedisClient, ReportsErrorRepliesAsErrors) {
    RedisServer server({.password = "", .arguments = {"--maxmemory", "1"}});
    Client client({.url = server.url()});
    const std::string who = "redis 127.0.0.1:" + std::to_string(server.port()) + ": ";
    EXPECT_THAT(error_of([&] { client.command({"NOSUCH"}); }), HasSubstr(who + "NOSUCH: ERR unknown command"));
    EXPECT_THAT(error_of([&] { client.command({"SET", "k", "v"}); }), HasSubstr("unavailable: " + who + "SET: OOM "));
    EXPECT_TRUE(client.command({"SET", "k", "v"}, {.keep_errors = true}).is_error("OOM"));
    EXPECT_TRUE(answers(client));
    EXPECT_THROW(client.command({}), BadInput);
}

TEST(RedisClient, PipelinesMoreThanOneBatchInOrder) {
    RedisServer server;
    Client client({.url = server.url()});
    const std::vector<Command> commands(25'000, {"INCR", "n"});
    const auto replies = client.pipeline(commands);
    ASSERT_EQ(replies.size(), commands.size());
    EXPECT_EQ(replies.front().integer(), 1);
    EXPECT_EQ(replies.back().integer(), 25'000);
    EXPECT_TRUE(client.pipeline({}).empty());
}

TEST(RedisClient, ThrowsTheErrorsOfAPipelineAfterItWasCarriedOut) {
    RedisServer server;
    Client client({.url = server.url()});
    const std::vector<Command> transaction = {
        {"SET", "text", "x"}, {"MULTI"}, {"INCR", "text"}, {"INCR", "n"}, {"EXEC"}};
    EXPECT_THAT(error_of([&] { client.pipeline(transaction); }), HasSubstr("EXEC: ERR value is not an integer"));
    EXPECT_EQ(client.command({"GET", "n"}).text(), "1");
    const auto replies = client.pipeline(transaction, {.keep_errors = true});
    EXPECT_TRUE(replies.back().at(0).is_error("ERR"));
    EXPECT_EQ(replies.back().at(1).integer(), 2);
}

TEST(RedisClient, RunsScriptsTheServerHasForgotten) {
    RedisServer server;
    Client client({.url = server.url()});
    const Script script{"return {KEYS[1], ARGV[1], redis.call('INCR', 'runs')}"};
    for (int runs = 1; runs <= 3; ++runs) {
        const Reply reply = client.script(script, {"k"}, {"v"});
        EXPECT_EQ(reply.at(0).text() + reply.at(1).text(), "kv");
        EXPECT_EQ(reply.at(2).integer(), runs);
        client.command({"SCRIPT", "FLUSH"});
    }
    EXPECT_THAT(error_of([&] { client.script({"return redis.call('INCR', KEYS[1], 'x')"}, {"k"}, {}); }),
                HasSubstr("script: ERR"));
}

TEST(RedisClient, RecoversAfterTheServerComesBack) {
    RedisServer server({.password = "", .append_only = true});
    const auto dependency = std::make_shared<Dependency>("redis");
    Client client({.url = server.url(1)}, dependency);
    client.command({"SET", "key", "value"});
    EXPECT_EQ(dependency->state(), DependencyState::up);
    server.kill();
    EXPECT_THAT(error_of([&] { client.command({"GET", "key"}); }), HasSubstr("unavailable: redis 127.0.0.1:"));
    EXPECT_EQ(dependency->state(), DependencyState::down);
    server.start();
    EXPECT_TRUE(eventually(kDeadline, [&] { return client.command({"GET", "key"}).text() == "value"; }));
    EXPECT_EQ(dependency->state(), DependencyState::up);
}

TEST(RedisClient, DoesNotNoticeARestartBetweenTwoCalls) {
    RedisServer server;
    Client client({.url = server.url()});
    EXPECT_TRUE(answers(client));
    server.stop();
    server.start();
    EXPECT_EQ(client.command({"INCR", "n"}).integer(), 1);
}

TEST(RedisClient, StartsWithoutAServer) {
    RedisServer server;
    server.stop();
    Client client({.url = server.url()});
    EXPECT_THAT(error_of([&] { client.command({"PING"}); }), HasSubstr("PING: connecting: Connection refused"));
    EXPECT_TRUE(eventually(kDeadline, [&] {
        return error_of([&] { client.command({"PING"}); }).find("PING: not tried again yet: connecting: Connection") !=
               std::string::npos;
    }));
    server.start();
    EXPECT_TRUE(eventually(kDeadline, [&] { return answers(client); }));
}

TEST(RedisClient, GivesUpOnAFrozenServerAndRecovers) {
    RedisServer server;
    const auto dependency = std::make_shared<Dependency>("redis");
    Client client({.url = server.url(), .connect_timeout = milliseconds(200), .timeout = milliseconds(200)},
                  dependency);
    client.command({"SET", "key", "old"});
    server.freeze();
    EXPECT_THAT(error_of([&] {
                    client.command({"GET", "key"});
                }),
                HasSubstr("GET: no answer within 200 ms; it may have been carried out"));
    EXPECT_EQ(dependency->state(), DependencyState::down);
    // The kernel still connects: signing on must be bounded too.
    EXPECT_TRUE(eventually(kDeadline, [&] {
        return error_of([&] { client.command({"GET", "key"}); }).find("signing on: no answer") != std::string::npos;
    }));
    server.thaw();
    EXPECT_TRUE(eventually(kDeadline, [&] { return client.command({"ECHO", "mine"}).text() == "mine"; }));
}

TEST(RedisClient, NeverTakesALateAnswerForTheNextOne) {
    RedisServer server;
    Client client({.url = server.url(), .timeout = milliseconds(50)});
    EXPECT_TRUE(answers(client));
    EXPECT_THROW(client.command({"BLPOP", "nothing", "0.2"}), Unavailable);
    std::vector<Reply> answers_seen;
    EXPECT_TRUE(eventually(kDeadline, [&] {
        answers_seen.push_back(client.command({"ECHO", "mine"}));
        return true;
    }));
    EXPECT_EQ(answers_seen, std::vector{Reply::of_text("mine")});
    for (int i = 0; i < 100; ++i) {
        const std::string word = std::to_string(i);
        EXPECT_EQ(client.command({"ECHO", word}).text(), word);
    }
}

TEST(RedisClient, WaitsLongerForABlockingRead) {
    RedisServer server;
    Client client({.url = server.url(), .timeout = milliseconds(100)});
    EXPECT_TRUE(client.command({"BLPOP", "nothing", "0.3"}, {.extra_timeout = seconds(5)}).is_nil());
    EXPECT_THROW(client.command({"BLPOP", "nothing", "5"}), Unavailable);
}

TEST(RedisClient, SignsOnAndRecoversWhenThePasswordIsMadeRight) {
    RedisServer server({.password = "right p@ss:/%"});
    const std::string url = server.url(4);
    server.set_password("hunter2");
    server.stop();
    server.start();
    Client client({.url = url});
    const std::string error = error_of([&] { client.command({"PING"}); });
    EXPECT_THAT(error, HasSubstr("unavailable: "));
    EXPECT_THAT(error, HasSubstr("AUTH: WRONGPASS"));
    EXPECT_THAT(error, Not(HasSubstr("p@ss")));
    Client without({.url = "redis://127.0.0.1:" + std::to_string(server.port())});
    EXPECT_THAT(error_of([&] { without.command({"GET", "k"}); }), HasSubstr("unavailable: "));
    server.set_password("right p@ss:/%");
    server.stop();
    server.start();
    EXPECT_TRUE(eventually(kDeadline, [&] { return answers(client); }));
    EXPECT_THAT(client.command({"CLIENT", "INFO"}).text(), HasSubstr(" db=4 "));
    Client socket({.url = server.unix_url()});
    EXPECT_TRUE(answers(socket));
}

TEST(RedisClient, RepeatsOnlyWhatMayBeRepeatedWhenTheConnectionBreaksUnderIt) {
    RedisServer server;
    Client client({.url = server.url()});
    // A command that ends its own connection after it was carried out: the answer is lost.
    const auto count_and_die = [&](bool repeatable) {
        return error_of([&] {
            client.pipeline(
                std::vector<Command>{{"INCR", "n"}, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"}, {"PING"}},
                {.repeatable = repeatable});
        });
    };
    EXPECT_TRUE(answers(client));
    EXPECT_THAT(count_and_die(false), HasSubstr("it may have been carried out"));
    EXPECT_EQ(client.command({"GET", "n"}).text(), "1");
    EXPECT_THAT(count_and_die(true), HasSubstr("it may have been carried out"));
    EXPECT_EQ(client.command({"GET", "n"}).text(), "3");
}

/// How many of 500 answers were meant for somebody else. Those that a cut connection cost are asked for again.
int wrong_answers(Client& client, const std::string& name) {
    int wrong = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string word = name + std::to_string(i);
        EXPECT_TRUE(eventually(kDeadline, [&] {
            wrong += client.command({"ECHO", word}).text() == word ? 0 : 1;
            return true;
        }));
    }
    return wrong;
}

TEST(RedisClient, ServesManyThreadsWhileItsConnectionsAreCut) {
    RedisServer server;
    Client client({.url = server.url()});
    Client cutter({.url = server.url()});
    const auto ask = [&client](const char* name) {
        return std::async(std::launch::async, [&client, name] { return wrong_answers(client, name); });
    };
    std::array askers = {ask("a"), ask("b"), ask("c"), ask("d")};
    for (int cuts = 0; cuts < 50; ++cuts) {
        cutter.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    }
    for (auto& wrong : askers) {
        EXPECT_EQ(wrong.get(), 0);
    }
}

}  // namespace
}  // namespace watchtower::redis
