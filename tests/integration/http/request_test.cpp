#include <atomic>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/management.hpp"
#include "common/http/server.hpp"
#include "proto-json/problem.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

std::vector<Route> routes() {
    const auto hello = [](const Request&) { return Reply::text("hello").with("ETag", "\"v1\""); };
    const auto echo = [](const Request& r) { return Reply::text(r.body); };
    const auto player = [](const Request& r) { return Reply::text(r.path_parameter("id") + "|" + r.peer); };
    const auto limited = [](const Request& r) {
        return Reply::text(std::string(r.query_parameter("limit").value_or("none")));
    };
    std::vector<Route> table = {{Method::get, "/hello", hello, "", {}},
                                {Method::post, "/echo", echo, "", {}},
                                {Method::get, "/players/{id}", player, "", {}},
                                {Method::get, "/list", limited, "", {{"limit", ""}, {"from", ""}}}};
    const auto failing = [&table](const std::string& path, const Handler& handler) {
        table.push_back({Method::get, path, handler, "", {}});
    };
    failing("/teapot", [](const Request&) -> Reply { throw HttpError(429, "slower", {{"Retry-After", "7"}}); });
    failing("/bad", [](const Request&) -> Reply { throw BadInput("field x: is wrong"); });
    failing("/away", [](const Request&) -> Reply { throw Unavailable("postgres secret-host: connection refused"); });
    failing("/broken", [](const Request&) -> Reply { throw Error("secret inside"); });
    failing("/odd", [](const Request&) -> Reply { throw 42; });
    return table;
}

class HttpServer : public testing::Test {
protected:
    void start(ServerOptions options = {}) {
        options.on_exchange = [this](const Exchange& exchange) {
            const std::lock_guard lock(mutex_);
            exchanges_.emplace_back(exchange.status, exchange.route == nullptr ? "" : exchange.route->pattern);
        };
        server_ = std::make_unique<Server>(options, routes());
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    std::vector<std::pair<int, std::string>> exchanges() {
        const std::lock_guard lock(mutex_);
        return exchanges_;
    }

    /// One request on a connection of its own.
    test::RawAnswer ask(const std::string& bytes, bool without_body = false) {
        RawClient client(port());
        client.send(bytes);
        return client.read_answer(without_body);
    }
    test::RawAnswer get(const std::string& path, const std::string& headers = "") {
        return ask("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    }

private:
    std::mutex mutex_;
    std::vector<std::pair<int, std::string>> exchanges_;
    std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, AnswersWithItsOwnHeaders) {
    start();
    const auto answer = get("/hello");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Server"), "watchtower");
    EXPECT_EQ(answer.header("Connection"), std::nullopt);
    EXPECT_THAT(answer.header("Date").value_or(""), HasSubstr(" GMT"));
    EXPECT_THAT(answer.header("X-Request-Id").value_or(""), MatchesRegex("[0-9a-f]{32}"));
}

TEST_F(HttpServer, TakesARequestIdOnlyWhenItIsHarmless) {
    start();
    EXPECT_EQ(get("/hello", "X-Request-Id: a.B_9-\r\n").header("X-Request-Id"), "a.B_9-");
    for (const std::string& bad : {std::string("a b"), std::string("<x>"), std::string(65, 'a'), std::string()}) {
        EXPECT_THAT(get("/hello", "X-Request-Id: " + bad + "\r\n").header("X-Request-Id").value_or(""),
                    MatchesRegex("[0-9a-f]{32}"));
    }
}

TEST_F(HttpServer, KeepsAConnectionForManyRequests) {
    start();
    RawClient client(port());
    for (int i = 0; i < 20; ++i) {
        client.get("/players/p" + std::to_string(i));
        EXPECT_EQ(client.read_answer().body, "p" + std::to_string(i) + "|127.0.0.1");
    }
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
    start();
    RawClient client(port());
    std::string all;
    constexpr int kPairs = 150;
    for (int i = 0; i < kPairs; ++i) {
        all += "GET /players/p" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        all += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    }
    // So often that the test would not end in time if what was read were ever left lying until the next sweep.
    for (int round = 0; round < 100; ++round) {
        client.send(all);
        for (int i = 0; i < kPairs; ++i) {
            ASSERT_EQ(client.read_answer().body, "p" + std::to_string(i) + "|127.0.0.1");
            ASSERT_EQ(client.read_answer().body, "abc");
        }
    }
}

TEST_F(HttpServer, ClosesWhenAskedTo) {
    start();
    for (const std::string request :
         {"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /hello HTTP/1.0\r\n\r\n"}) {
        RawClient client(port());
        client.send(request + request);
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.body, "hello");
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_TRUE(client.is_closed_within(5s)) << "one answer, then the end";
    }
    RawClient client(port());
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_answer().header("Connection"), "keep-alive") << "it would close otherwise";
    client.get("/hello");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Connection"), std::nullopt);
}

TEST_F(HttpServer, TakesBodiesInChunks) {
    start();
    RawClient client(port());
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
    for (int i = 0; i < 2; ++i) {
        client.send(head + "\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX: y\r\n\r\n");
        EXPECT_EQ(client.read_answer().body, "abcdefg");
    }
    client.send(head + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_answer().status(), 100);
    client.send("1\r\na\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_answer().body, "a");
}

TEST_F(HttpServer, IgnoresWhatItMayIgnore) {
    start();
    RawClient client(port());
    client.get("/hello", "Range: bytes=0-1\r\nTE: trailers\r\nUpgrade: h2c\r\nConnection: TE, Upgrade\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, "hello");
}

TEST_F(HttpServer, AnswersHeadWithTheHeadersOfGet) {
    start();
    RawClient client(port());
    client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = client.read_answer(true);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.header("Content-Length"), "5");
    EXPECT_EQ(answer.header("ETag"), "\"v1\"");
    EXPECT_EQ(client.read_answer(true).status(), 404);
    client.get("/hello");
    EXPECT_EQ(client.read_answer().body, "hello") << "no byte of a body may stand before";
}

TEST_F(HttpServer, TellsWhatIsNotThere) {
    start();
    EXPECT_EQ(get("/nothing").status(), 404);
    EXPECT_EQ(get("/hello/").status(), 404);
    const auto refused = ask("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(refused.status(), 405);
    EXPECT_EQ(refused.header("Allow"), "GET, HEAD, OPTIONS");
    const auto options = ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(options.status(), 204);
    EXPECT_EQ(options.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").header("Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(HttpServer, GivesErrorsAsProblemsWithTheRequestsId) {
    start();
    const auto answer = get("/bad", "X-Request-Id: abc\r\n");
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(proto::decode_problem(answer.body),
              (proto::Problem{"about:blank", "Bad Request", 400, "field x: is wrong", "abc"}));
}

TEST_F(HttpServer, TurnsWhatHandlersThrowIntoAnswersThatTellNothingInside) {
    start();
    EXPECT_EQ(get("/teapot").status(), 429);
    EXPECT_EQ(get("/teapot").header("Retry-After"), "7");
    const auto away = get("/away");
    EXPECT_EQ(away.status(), 503);
    EXPECT_EQ(away.header("Retry-After"), "5");
    EXPECT_THAT(away.body, Not(HasSubstr("secret")));
    for (const char* const path : {"/broken", "/odd"}) {
        RawClient client(port());
        client.get(path);
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status(), 500);
        EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
        client.get("/hello");
        EXPECT_EQ(client.read_answer().status(), 200) << "the connection lives on";
    }
}

TEST_F(HttpServer, NamesTheQueryParameterItRefuses) {
    start();
    EXPECT_EQ(get("/list?limit=5").body, "5");
    EXPECT_EQ(get("/list?limit=a+b%26c&from=").body, "a b&c");
    const auto unknown = get("/list?limit=5&lmit=6");
    EXPECT_EQ(unknown.status(), 400);
    EXPECT_THAT(unknown.body, HasSubstr("query parameter lmit"));
    const auto twice = get("/list?limit=5&limit=5");
    EXPECT_EQ(twice.status(), 400);
    EXPECT_THAT(twice.body, HasSubstr("query parameter limit"));
}

TEST_F(HttpServer, DecodesPathParameters) {
    start();
    EXPECT_EQ(get("/players/a%2Fb%20c+%C3%A9").body, "a/b c+é|127.0.0.1");
    EXPECT_EQ(get("/players/a%zz").status(), 400);
    EXPECT_EQ(get("/players/%ff").status(), 400);
}

TEST_F(HttpServer, SaysNotModifiedToWhoHasIt) {
    start();
    RawClient client(port());
    client.get("/hello", "If-None-Match: W/\"v0\", \"v1\"\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status(), 304);
    EXPECT_EQ(answer.header("ETag"), "\"v1\"");
    EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
    client.get("/hello", "If-None-Match: \"v0\"\r\n");
    EXPECT_EQ(client.read_answer().body, "hello");
}

TEST_F(HttpServer, AsksForTheBodyOfWhoWaitsToBeAsked) {
    start();
    RawClient client(port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.read_answer().head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_EQ(client.read_answer().body, "abc");
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n");
    EXPECT_EQ(client.read_answer().status(), 413);
}

TEST_F(HttpServer, ClosesAfterWhatCannotBeReadAsARequest) {
    start();
    const std::vector<std::pair<std::string, int>> table = {
        {"nonsense\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\nHost: a\n\n", 400},
        {"GET /hello HTTP/3.0\r\nHost: a\r\n\r\n", 505},
        {"BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n11111\r\n", 413},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n", 413},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(17000, 'a') + "\r\n\r\n", 431},
    };
    for (const auto& [bytes, status] : table) {
        RawClient client(port());
        client.send(bytes + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status(), status) << bytes.substr(0, 60);
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_EQ(proto::decode_problem(answer.body).status, status);
        EXPECT_TRUE(client.is_closed_within(5s)) << "what follows must not be answered: " << bytes.substr(0, 60);
    }
}

TEST_F(HttpServer, LetsAClientReadTheRefusalOfABodyItIsStillSending) {
    start();
    RawClient client(port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
    client.send(std::string(3'000'000, 'x'));
    EXPECT_EQ(client.read_answer().status(), 413);
}

TEST_F(HttpServer, AnswersAClientThatHasFinishedSending) {
    start();
    RawClient client(port());
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /players/x HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finish_sending();
    EXPECT_EQ(client.read_answer().body, "hello");
    EXPECT_EQ(client.read_answer().body, "x|127.0.0.1");
    EXPECT_TRUE(client.is_closed_within(5s));
}

TEST_F(HttpServer, TellsAnObserverOfEachAnswer) {
    start();
    (void)get("/players/x");
    (void)get("/nothing");
    (void)ask("nonsense\r\n\r\n");
    EXPECT_THAT(
        exchanges(),
        testing::ElementsAre(testing::Pair(200, "/players/{id}"), testing::Pair(404, ""), testing::Pair(400, "")));
}

TEST_F(HttpServer, LetsEveryAnswerBeDecorated) {
    ServerOptions options;
    options.decorate = [](const Request& request, Reply& reply) {
        if (request.header("x-break")) {
            throw std::runtime_error("no");
        }
        reply.with("X-Extra", std::to_string(reply.status));
    };
    start(options);
    EXPECT_EQ(get("/hello").header("X-Extra"), "200");
    EXPECT_EQ(get("/nothing").header("X-Extra"), "404");
    EXPECT_EQ(get("/broken").header("X-Extra"), "500");
    EXPECT_EQ(ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n").header("X-Extra"), "204");
    EXPECT_EQ(get("/hello", "X-Break: 1\r\n").status(), 500);
}

TEST(HttpManagement, TellsNamesAndStatesOnly) {
    const auto postgres = std::make_shared<Dependency>("postgres");
    const auto redis = std::make_shared<Dependency>("redis");
    std::atomic<bool> ready = false;
    Server server(
        {},
        management_routes(
            {"collector", [&] { return ready.load(); }, {postgres, redis}, [] { return std::string("a 1\n"); }}));
    postgres->succeeded();
    redis->failed("redis secret: down");
    const auto get = [&server](const std::string& path) {
        RawClient client(server.port());
        client.get(path);
        return client.read_answer();
    };
    const auto health = get("/health");
    EXPECT_EQ(health.status(), 200);
    EXPECT_THAT(health.body,
                MatchesRegex(R"(\{"status":"ok","service":"collector","version":"[^"]+",)"
                             R"("dependencies":\{"postgres":"up","redis":"down"\}\}.)"));
    const auto unready = get("/ready");
    EXPECT_EQ(unready.status(), 503);
    EXPECT_THAT(unready.body, HasSubstr(R"("status":"not_ready")"));
    EXPECT_EQ(unready.header("Retry-After"), "5");
    ready = true;
    EXPECT_EQ(get("/ready").status(), 200);
    EXPECT_THAT(get("/ready").body, HasSubstr(R"("status":"ready")"));
    const auto metrics = get("/metrics");
    EXPECT_EQ(metrics.body, "a 1\n");
    EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace
}  // namespace watchtower::http
