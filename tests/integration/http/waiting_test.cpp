#include "common/http/waiting.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/integration/http/gate.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::RawClient;
using watchtower::test::eventually;

constexpr const char* kGate = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kHere = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server with one worker and two waiting threads, whose handler at /gate waits.
class WaitingHandlers : public testing::Test {
protected:
    WaitingHandlers() {
        options_.threads = 1;
        options_.waiting_threads = 2;
        options_.on_exchange = [this](const Exchange& exchange) {
            if (exchange.duration >= 50ms) {
                took_time_ = true;
            }
        };
    }
    void TearDown() override { gate_.open(); }

    void start() {
        Route gate{Method::get, "/gate", [this](const Request& request) { return wait(request); }, "", {}};
        gate.admit = [this](const Request& /*request*/, std::vector<Pair>& headers) {
            ++admitted_;
            headers.emplace_back("X-Admitted", "yes");
        };
        server_.emplace(
            options_,
            std::vector<Route>{{Method::get, "/", [](const Request&) { return Reply::text("here"); }, "", {}}, gate});
    }
    Reply wait(const Request& request) {
        ++called_;
        about_to_wait();
        gate_.pass();
        if (request.header("x-fail")) {
            throw Unavailable("redis cache:6379: connection refused");
        }
        return Reply::text("through");
    }
    [[nodiscard]] std::unique_ptr<RawClient> client() const { return std::make_unique<RawClient>(server_->port()); }
    [[nodiscard]] std::unique_ptr<RawClient> waiting_client(int waiting) {
        auto one = client();
        one->send(kGate);
        EXPECT_TRUE(eventually(10s, [&] { return gate_.waiting() == waiting; }));
        return one;
    }

    Gate gate_;
    std::atomic<int> admitted_ = 0;
    std::atomic<int> called_ = 0;
    std::atomic<bool> took_time_ = false;
    ServerOptions options_;
    std::optional<Server> server_;
};

TEST_F(WaitingHandlers, HoldUpNobodyElse) {
    start();
    const auto one = waiting_client(1);
    const auto two = waiting_client(2);
    const auto other = client();
    for (int i = 0; i < 3; ++i) {
        other->send(kHere);
        EXPECT_EQ(other->read_answer().body, "here");
    }
    gate_.open();
    for (const auto* const waiting : {&one, &two}) {
        const auto answer = (*waiting)->read_answer();
        EXPECT_EQ(answer.body, "through");
        EXPECT_EQ(answer.header("X-Admitted"), "yes");
        EXPECT_FALSE(answer.header("Connection")) << "it is kept";
        (*waiting)->send(kHere);
        EXPECT_EQ((*waiting)->read_answer().body, "here");
    }
    EXPECT_EQ(admitted_, 2) << "once for each request";
    EXPECT_EQ(called_, 4);
}

TEST_F(WaitingHandlers, KeepTheOrderOfPipelinedRequests) {
    start();
    const auto one = client();
    one->send(std::string(kHere) + kGate + kHere + kGate + kHere);
    one->finish_sending();
    EXPECT_EQ(one->read_answer().body, "here");
    EXPECT_TRUE(eventually(10s, [&] { return gate_.waiting() == 1; }));
    gate_.open();
    for (const char* body : {"through", "here", "through", "here"}) {
        EXPECT_EQ(one->read_answer().body, body);
    }
    EXPECT_TRUE(one->is_closed_within(10s));
}

TEST_F(WaitingHandlers, AreNotEndless) {
    options_.max_waiting_requests = 1;
    start();
    const auto one = waiting_client(1);
    const auto two = waiting_client(2);
    std::vector<std::unique_ptr<RawClient>> more(3);
    for (auto& one_more : more) {
        one_more = client();
        one_more->send(kGate);
    }
    // One of them waits for a thread, the others are told so and may ask for something else.
    std::size_t refused = 0;
    EXPECT_TRUE(eventually(10s, [&] {
        for (auto& one_more : more) {
            if (one_more && one_more->has_input()) {
                const auto answer = one_more->read_answer();
                EXPECT_EQ(answer.status(), 503);
                EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
                EXPECT_TRUE(answer.header("Retry-After"));
                EXPECT_EQ(answer.header("X-Admitted"), "yes");
                one_more->send(kHere);
                EXPECT_EQ(one_more->read_answer().body, "here");
                one_more.reset();
                ++refused;
            }
        }
        return refused == 2;
    }));
    gate_.open();
    for (const auto& one_more : more) {
        if (one_more) {
            EXPECT_EQ(one_more->read_answer().body, "through");
        }
    }
}

TEST_F(WaitingHandlers, MayFail) {
    start();
    gate_.open();
    const auto one = client();
    one->get("/gate", "X-Fail: yes\r\n");
    const auto answer = one->read_answer();
    EXPECT_EQ(answer.status(), 503);
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("redis")));
}

TEST_F(WaitingHandlers, DoNotAnswerTheNextClientInsteadOfOneThatHasGone) {
    start();
    waiting_client(1).reset();
    std::vector<std::unique_ptr<RawClient>> later(10);
    for (auto& one : later) {
        one = client();
        one->send(kHere);
        EXPECT_EQ(one->read_answer().body, "here");
    }
    gate_.open();
    for (const auto& one : later) {
        one->send(kHere);
        EXPECT_EQ(one->read_answer().body, "here");
    }
}

TEST_F(WaitingHandlers, AnswerBeforeTheServerEnds) {
    start();
    const auto one = waiting_client(1);
    auto ended = std::async(std::launch::async, [&] { server_.reset(); });
    EXPECT_EQ(ended.wait_for(50ms), std::future_status::timeout);
    gate_.open();
    const auto answer = one->read_answer();
    EXPECT_EQ(answer.body, "through");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(ended.wait_for(10s), std::future_status::ready);
    EXPECT_TRUE(took_time_) << "waiting is time that the answer takes";
}

TEST_F(WaitingHandlers, AreWaitedForUnansweredWhenTheyTakeTooLong) {
    options_.stop_timeout = 100ms;
    start();
    const auto one = waiting_client(1);
    auto ended = std::async(std::launch::async, [&] { server_.reset(); });
    EXPECT_TRUE(one->is_closed_within(10s));
    gate_.open();
    EXPECT_EQ(ended.wait_for(10s), std::future_status::ready);
}

TEST(AboutToWait, DoesNothingWhereNobodyElseIsHeldUp) {
    EXPECT_NO_THROW(about_to_wait());
    {
        const NoWaiting guard(true);
        EXPECT_THROW(about_to_wait(), WaitElsewhere);
    }
    EXPECT_NO_THROW(about_to_wait());
}

}  // namespace
}  // namespace watchtower::http
