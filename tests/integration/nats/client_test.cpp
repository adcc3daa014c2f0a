#include "common/nats/client.hpp"

#include <atomic>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/integration/nats/inbox.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"

namespace watchtower::nats {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using test::NatsServer;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kDeadline{10};

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Unavailable& error) {
        return std::string("unavailable: ") + error.what();
    } catch (const BadInput& error) {
        return std::string("bad input: ") + error.what();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(NatsClient, PublishesToSubscribersBytesAndHeaders) {
    NatsServer server;
    Client client({.url = server.url()});
    Inbox inbox;
    const auto subscription = client.subscribe("a.*", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    const std::string body("\0\r\n\xff", 4);
    client.publish("a.b", body, {{"Zone", "x: y"}, {"Kind", "1"}, {"Kind", "2"}});
    client.publish("a.c", "");
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.count() == 2; }));
    const auto messages = inbox.messages();
    EXPECT_EQ(messages[0].subject, "a.b");
    EXPECT_EQ(messages[0].body, body);
    EXPECT_EQ(messages[0].headers, (Headers{{"Kind", "1"}, {"Kind", "2"}, {"Zone", "x: y"}}));
    EXPECT_EQ(messages[0].reply, "");
    EXPECT_EQ(messages[1].body, "");
    EXPECT_EQ(subscription.dropped(), 0U);
}

TEST(NatsClient, RefusesWhatNoServerTakes) {
    NatsServer server;
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    for (const char* subject : {"", "a b", "a..b", ".a", "a.", "a.*", ">", "a\r\nPUB b 0"}) {
        EXPECT_THAT(error_of([&] { client.publish(subject, "x"); }), HasSubstr("bad input: nats subject")) << subject;
    }
    for (const Headers& headers : {Headers{{"Name", "a\r\nb"}}, Headers{{"Na me", "a"}}, Headers{{"", "a"}}}) {
        EXPECT_THAT(error_of([&] { client.publish("a", "x", headers); }), HasSubstr("bad input: nats header"));
    }
    EXPECT_THAT(error_of([&] { client.flush(milliseconds(0)); }), HasSubstr("bad input: nats: a timeout"));
    EXPECT_THAT(error_of([&] { (void)client.subscribe("a..b", [](const Message&) {}); }), HasSubstr("bad input"));
    EXPECT_TRUE(client.connected());
}

TEST(NatsClient, RefusesMessagesBiggerThanTheServerTakes) {
    NatsServer server({.user = "", .max_payload_bytes = 1000});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    EXPECT_EQ(client.max_payload(), 1000U);
    EXPECT_THROW(client.publish("a", std::string(1001, 'x')), BadInput);
    EXPECT_THROW(client.publish("a", std::string(990, 'x'), {{"Name", "value"}}), BadInput);
    client.publish_flushed("a", std::string(1000, 'x'), {}, kDeadline);
    client.publish_flushed("a", std::string(950, 'x'), {{"Name", "value"}}, kDeadline);
    EXPECT_TRUE(client.connected());
}

TEST(NatsClient, CarriesBigMessages) {
    NatsServer server({.user = "", .max_payload_bytes = 8U << 20U});
    Client client({.url = server.url()});
    Inbox inbox;
    const auto subscription = client.subscribe("big", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    const std::string body(8U << 20U, 'x');
    client.publish_flushed("big", body, {}, kDeadline);
    EXPECT_TRUE(eventually(kDeadline, [&] { return inbox.count(body) == 1; }));
}

TEST(NatsClient, AnswersRequests) {
    NatsServer server;
    Client answering({.url = server.url()});
    Client asking({.url = server.url()});
    const auto subscription = answering.subscribe("double", [&](const Message& message) {
        answering.publish(message.reply, message.body + message.body, {{"Kind", "answer"}});
    });
    const auto silent = answering.subscribe("silent", [](const Message&) {});
    ASSERT_TRUE(answering.wait_connected(kDeadline) && asking.wait_connected(kDeadline));
    answering.flush(kDeadline);
    const Message answer = asking.request("double", "ab", kDeadline);
    EXPECT_EQ(answer.body, "abab");
    EXPECT_EQ(answer.headers, (Headers{{"Kind", "answer"}}));
    EXPECT_THAT(error_of([&] { asking.request("nobody", "", kDeadline); }),
                HasSubstr("unavailable: nats 127.0.0.1:" + std::to_string(server.port()) + ": request to nobody: "));
    EXPECT_THAT(error_of([&] { asking.request("silent", "", milliseconds(50)); }), HasSubstr("Timeout"));
}

TEST(NatsClient, GivesAMessageToOneSubscriberOfAQueue) {
    const test::NatsServer server;
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    Inbox one;
    Inbox other;
    Inbox alone;
    const auto first = client.subscribe(
        "work", [&](Message message) { one.add(std::move(message)); }, "workers");
    const auto second = client.subscribe(
        "work", [&](Message message) { other.add(std::move(message)); }, "workers");
    const auto third = client.subscribe("work", [&](Message message) { alone.add(std::move(message)); });
    constexpr int kCount = 20;
    for (int i = 0; i < kCount; ++i) {
        client.publish("work", std::to_string(i));
    }
    ASSERT_TRUE(
        eventually(kDeadline, [&] { return alone.count() == kCount && one.count() + other.count() >= kCount; }));
    EXPECT_EQ(one.count() + other.count(), kCount);
    EXPECT_THROW((void)client.subscribe(
                     "work", [](const Message&) {}, "no queue"),
                 BadInput);
}

TEST(NatsClient, LogsWhatAHandlerThrowsAndGoesOn) {
    NatsServer server;
    Client client({.url = server.url()});
    std::atomic<int> calls = 0;
    const auto subscription = client.subscribe("a", [&](const Message&) {
        if (++calls == 1) {
            throw Error("on purpose");
        }
        if (calls == 2) {
            throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference): what is no exception must not end the process
        }
    });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    for (int i = 0; i < 3; ++i) {
        client.publish("a", "x");
    }
    EXPECT_TRUE(eventually(kDeadline, [&] { return calls == 3; }));
}

TEST(NatsClient, StartsWithoutAServerAndThrowsAtOnceWhileItIsAway) {
    NatsServer server;
    server.stop();
    const auto dependency = std::make_shared<Dependency>("nats");
    Client client({.url = server.url()}, dependency);
    Inbox inbox;
    const auto subscription = client.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    EXPECT_TRUE(eventually(kDeadline, [&] { return dependency->state() == DependencyState::down; }));
    EXPECT_FALSE(client.wait_connected(milliseconds(1)));
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(client.max_payload(), 1U << 20U);
    EXPECT_THAT(error_of([&] { client.publish("a", "lost"); }), HasSubstr("unavailable: nats 127.0.0.1:"));
    EXPECT_THROW(client.flush(kDeadline), Unavailable);
    EXPECT_THROW(client.request("a", "lost", kDeadline), Unavailable);
    EXPECT_THROW(client.publish_acked("a", "lost", {}, kDeadline), Unavailable);
    server.start();
    ASSERT_TRUE(client.wait_connected(kDeadline));
    EXPECT_EQ(dependency->state(), DependencyState::up);
    client.publish("a", "found");
    EXPECT_TRUE(eventually(kDeadline, [&] { return inbox.count("found") == 1; }));
    EXPECT_EQ(inbox.count("lost"), 0U);
}

TEST(NatsClient, KeepsSubscriptionsOverServerDeathsAndDeliversNothingTwice) {
    NatsServer server;
    const auto dependency = std::make_shared<Dependency>("nats");
    Client client({.url = server.url()}, dependency);
    Inbox inbox;
    const auto subscription = client.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    for (const std::string round : {"1", "2", "3"}) {
        ASSERT_TRUE(client.wait_connected(kDeadline));
        client.publish("a", "before " + round);
        ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.count("before " + round) == 1; }));
        server.kill();
        EXPECT_TRUE(eventually(kDeadline, [&] { return !client.connected(); }));
        EXPECT_TRUE(eventually(kDeadline, [&] { return dependency->state() == DependencyState::down; }));
        EXPECT_THROW(client.publish("a", "lost"), Unavailable);
        server.start();
    }
    ASSERT_TRUE(client.wait_connected(kDeadline));
    client.publish("a", "after");
    EXPECT_TRUE(eventually(kDeadline, [&] { return inbox.count("after") == 1; }));
    EXPECT_EQ(inbox.count("lost"), 0U);
    EXPECT_EQ(inbox.count(), 4U);
}

TEST(NatsClient, NoticesAFrozenServerAndRecovers) {
    NatsServer server;
    const auto dependency = std::make_shared<Dependency>("nats");
    Client client({.url = server.url(), .timeout = milliseconds(300), .ping_interval = milliseconds(200)}, dependency);
    Inbox inbox;
    const auto subscription = client.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    server.freeze();
    EXPECT_THAT(error_of([&] { client.publish_flushed("a", "maybe", {}, milliseconds(100)); }),
                HasSubstr("publish to a: Timeout"));
    EXPECT_TRUE(eventually(kDeadline, [&] { return dependency->state() == DependencyState::down; }));
    EXPECT_THROW(client.publish("a", "lost"), Unavailable);
    server.thaw();
    EXPECT_TRUE(eventually(kDeadline, [&] {
        client.publish_flushed("a", "after", {}, seconds(1));
        return inbox.count("after") > 0;
    }));
    EXPECT_EQ(inbox.count("lost"), 0U);
}

TEST(NatsClient, BoundsPublishingToAFrozenServerAndSendsNoHalfMessages) {
    NatsServer server;
    Client client({.url = server.url(), .timeout = milliseconds(500), .ping_interval = seconds(60)});
    Client listener({.url = server.url()});
    Inbox inbox;
    const auto subscription = listener.subscribe(">", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline) && listener.wait_connected(kDeadline));
    listener.flush(kDeadline);
    server.freeze();
    const std::string body(256U << 10U, 'x');
    const auto publish_all = [&] {
        for (int i = 0; i < 1000; ++i) {
            client.publish("big", body);
        }
    };
    EXPECT_THROW(publish_all(), Unavailable);
    EXPECT_FALSE(client.connected());
    server.thaw();
    EXPECT_TRUE(eventually(kDeadline, [&] {
        client.publish_flushed("small", "after", {}, seconds(1));
        return inbox.count("after") > 0;
    }));
    for (const Message& message : inbox.messages()) {
        EXPECT_TRUE((message.subject == "big" && message.body == body) || message.body == "after") << message.subject;
    }
}

TEST(NatsClient, RecoversWhenThePasswordIsMadeRight) {
    const NatsServer::Options right = {.user = "watchtower", .password = "right p@ss:/%,"};
    NatsServer server(right);
    const std::string url = server.url();
    Client client({.url = url});
    Inbox inbox;
    const auto subscription = client.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    server.stop();
    server.set_options({.user = "watchtower", .password = "hunter2"});
    server.start();
    std::string error;
    EXPECT_TRUE(eventually(
        kDeadline,
        [&] {
            error = error_of([&] { client.publish("a", "lost"); });
            return error.find("Authorization") != std::string::npos ||
                   error.find("Authentication") != std::string::npos ||
                   error.find("Not Authorized") != std::string::npos;
        },
        [&] { return error; }));
    EXPECT_THAT(error, Not(HasSubstr("p@ss")));
    server.stop();
    server.set_options(right);
    server.start();
    ASSERT_TRUE(client.wait_connected(kDeadline));
    client.publish("a", "found");
    EXPECT_TRUE(eventually(kDeadline, [&] { return inbox.count("found") == 1; }));
}

TEST(NatsClient, SignsOnWithAToken) {
    NatsServer server({.user = "", .token = "s3cret@:/"});
    Client client({.url = server.url()});
    EXPECT_TRUE(client.wait_connected(kDeadline));
}

TEST(NatsClient, TriesTheServersOneAfterTheOther) {
    NatsServer first;
    NatsServer second;
    Client client({.url = first.url() + "," + second.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    first.kill();
    EXPECT_TRUE(eventually(kDeadline, [&] {
        client.publish_flushed("a", "x", {}, seconds(1));
        return true;
    }));
    second.kill();
    first.start();
    EXPECT_TRUE(eventually(kDeadline, [&] {
        client.publish_flushed("a", "x", {}, seconds(1));
        return true;
    }));
}

TEST(NatsClient, SpeaksTlsToServersItCanTrust) {
    NatsServer server({.user = "me", .password = "secret", .tls = true});
    Client trusting({.url = server.url(), .ca_file = server.ca_file().string()});
    ASSERT_TRUE(trusting.wait_connected(kDeadline));
    trusting.publish_flushed("a", "x", {}, kDeadline);
    Client other_name(
        {.url = "tls://me:secret@localhost:" + std::to_string(server.port()), .ca_file = server.ca_file().string()});
    EXPECT_TRUE(other_name.wait_connected(kDeadline));

    const auto refused_by = [](const Options& options) {
        const auto dependency = std::make_shared<Dependency>("nats");
        Client client(options, dependency);
        EXPECT_TRUE(eventually(kDeadline, [&] { return dependency->state() == DependencyState::down; }));
        return error_of([&] { client.publish("a", "x"); });
    };
    EXPECT_THAT(refused_by({.url = server.url()}), HasSubstr("SSL"));
    EXPECT_THAT(refused_by({.url = "tls://me:secret@127.1:" + std::to_string(server.port()),
                            .ca_file = server.ca_file().string()}),
                HasSubstr("SSL"));
}

TEST(NatsClient, NeverSpeaksInPlainTextWhereTlsWasAskedFor) {
    NatsServer plain;
    NatsServer tls({.user = "", .tls = true});
    for (const Options& options : {Options{.url = "tls://127.0.0.1:" + std::to_string(plain.port())},
                                   Options{.url = plain.url(), .ca_file = tls.ca_file().string()}}) {
        const auto dependency = std::make_shared<Dependency>("nats");
        Client client(options, dependency);
        EXPECT_TRUE(eventually(kDeadline, [&] { return dependency->state() != DependencyState::unknown; }));
        EXPECT_EQ(dependency->state(), DependencyState::down);
        EXPECT_THROW(client.publish("a", "x"), Unavailable);
    }
}

}  // namespace
}  // namespace watchtower::nats
