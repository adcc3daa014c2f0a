#include <cerrno>
#include <thread>

#include <sys/socket.h>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

constexpr std::size_t kBigBytes = 5'000'000;
constexpr int kSmallBuffer = 4096;

std::shared_ptr<const std::string> big_body() {
    std::string body(kBigBytes, '\0');
    std::uint32_t state = 1;
    for (auto& c : body) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>(state >> 24U);
    }
    return std::make_shared<const std::string>(std::move(body));
}

/// Two workers, so that two slow clients on one and the same worker, or one on each, would stall everybody.
class SlowClients : public testing::Test {
protected:
    void start(const ServerOptions& options = {}) {
        server_ = std::make_unique<Server>(
            options,
            std::vector<Route>{
                {Method::get, "/big", [this](const Request&) { return Reply::shared(big_, "a/b"); }, "", {}},
                {Method::get, "/small", [](const Request&) { return Reply::text("small"); }, "", {}}});
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    void stop() { server_.reset(); }

    /// Eight fresh connections: descriptors in a row, so both workers are asked.
    void expect_everybody_else_is_served() {
        for (int i = 0; i < 8; ++i) {
            others_.push_back(std::make_unique<RawClient>(port()));
            others_.back()->get("/small");
            EXPECT_EQ(others_.back()->read_answer().body, "small");
        }
    }

    const std::shared_ptr<const std::string> big_ = big_body();

private:
    std::vector<std::unique_ptr<RawClient>> others_;
    std::unique_ptr<Server> server_;
};

TEST_F(SlowClients, StallNobodyAndGetEveryByte) {
    start();
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 6; ++i) {
        slow.push_back(std::make_unique<RawClient>(port(), kSmallBuffer));
        slow.back()->get("/big");
        slow.back()->get("/small");
    }
    expect_everybody_else_is_served();
    for (const auto& client : slow) {
        const auto answer = client->read_answer();
        EXPECT_EQ(answer.status(), 200);
        EXPECT_TRUE(answer.body == *big_);
        EXPECT_EQ(client->read_answer().body, "small") << "what was asked meanwhile comes after it";
    }
}

TEST_F(SlowClients, GetTheirAnswerAfterTheyFinishedSending) {
    start();
    RawClient client(port(), kSmallBuffer);
    client.get("/big");
    client.finish_sending();
    expect_everybody_else_is_served();
    EXPECT_TRUE(client.read_answer().body == *big_);
    EXPECT_TRUE(client.is_closed_within(5s));
}

TEST_F(SlowClients, AreHeldBackWhenTheyAskWithoutReading) {
    ServerOptions options;
    options.write_timeout = 60s;
    start(options);
    RawClient client(port(), kSmallBuffer);
    client.get("/big");
    const std::string requests = "GET /small HTTP/1.1\r\nHost: a\r\n\r\n";
    // The server reads no more than it can answer: the client's sending comes to a stop.
    int asked = 0;
    std::size_t part = 0;
    while (asked < 2'000'000) {
        const auto sent =
            ::send(client.fd(), requests.data() + part, requests.size() - part, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            break;
        }
        part += static_cast<std::size_t>(sent);
        if (part == requests.size()) {
            part = 0;
            ++asked;
        }
    }
    ASSERT_LT(asked, 2'000'000);
    EXPECT_TRUE(client.read_answer().body == *big_);
    if (part > 0) {
        client.send(requests.substr(part));
        ++asked;
    }
    for (int i = 0; i < asked; ++i) {
        ASSERT_EQ(client.read_answer().body, "small") << i << " of " << asked;
    }
}

TEST_F(SlowClients, AreCutOffWhenTheyNeverRead) {
    ServerOptions options;
    options.write_timeout = 300ms;
    start(options);
    RawClient client(port(), kSmallBuffer);
    client.get("/big");
    EXPECT_TRUE(watchtower::test::eventually(
        10s, [&] { return ::send(client.fd(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN; }));
    expect_everybody_else_is_served();
}

TEST_F(SlowClients, AreNotCutOffWhileTheyRead) {
    ServerOptions options;
    options.write_timeout = 400ms;
    start(options);
    RawClient client(port(), kSmallBuffer);
    client.get("/big");
    std::size_t got = 0;
    const auto end = std::chrono::steady_clock::now() + 1200ms;
    while (std::chrono::steady_clock::now() < end) {
        got += client.read_some(60'000).size();
        std::this_thread::sleep_for(20ms);  // how slow this client is, not a wait for something
    }
    while (got < kBigBytes) {
        const auto some = client.read_some(1'000'000).size();
        ASSERT_GT(some, 0U) << "cut off after " << got;
        got += some;
    }
}

TEST_F(SlowClients, AreToldWhenTheirRequestTakesTooLong) {
    ServerOptions options;
    options.request_timeout = 300ms;
    start(options);
    for (const std::string part : {"G",
                                   "GET /small HTTP/1.1\r\nHost: a\r\n",
                                   "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"}) {
        RawClient client(port());
        client.get("/small");
        EXPECT_EQ(client.read_answer().status(), 200);
        client.send(part);
        const auto answer = client.read_answer();
        EXPECT_EQ(answer.status(), 408) << part;
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_TRUE(client.is_closed_within(5s));
    }
}

TEST_F(SlowClients, CannotPutTheTimeOffByDripping) {
    ServerOptions options;
    options.request_timeout = 300ms;
    start(options);
    RawClient client(port());
    client.send("GET /small HTTP/1.1\r\nX: ");
    bool ended = false;
    for (int i = 0; i < 500 && !ended; ++i) {
        client.send("a");
        std::this_thread::sleep_for(20ms);  // how slow this client is, not a wait for something
        char byte = 0;
        ended = ::recv(client.fd(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
    }
    EXPECT_EQ(client.read_answer().status(), 408);
}

TEST_F(SlowClients, AreClosedSilentlyWhenTheyAskNothing) {
    ServerOptions options;
    options.keepalive_timeout = 300ms;
    start(options);
    RawClient fresh(port());
    RawClient used(port());
    used.get("/small");
    EXPECT_EQ(used.read_answer().body, "small");
    EXPECT_TRUE(fresh.is_closed_within(5s));
    EXPECT_TRUE(used.is_closed_within(5s));
}

}  // namespace
}  // namespace watchtower::http
