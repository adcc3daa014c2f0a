#include "services/api-gateway/rate_limit.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "common/redis/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;
using watchtower::test::eventually;
using watchtower::test::RedisServer;
using watchtower::test::TcpGate;

constexpr const char* kAddress = "192.0.2.1";

/// One gateway's limit, and its knowledge of Redis as its other users keep it.
struct Replica {
    Replica(std::int64_t per_minute, const std::string& redis_url)
        : poll({.url = redis_url, .connect_timeout = 500ms, .timeout = 500ms}, redis_state),
          limit({.per_minute = per_minute, .redis_url = redis_url, .slow = 10s, .rest = 0ms}, redis_state, metrics) {
        look();
    }

    void look() {
        try {
            poll.command({"PING"});
        } catch (const Unavailable&) {  // as the dependency was told
        }
    }

    /// How many of so many requests are let in.
    int granted_of(int requests, const Caller& caller = {}) {
        int granted = 0;
        for (int i = 0; i < requests; ++i) {
            std::vector<http::Pair> headers;
            try {
                limit.admit(caller, kAddress, headers);
                ++granted;
            } catch (const http::HttpError& e) {
                EXPECT_EQ(e.status(), 429);
            }
            EXPECT_EQ(headers.size(), 3U);
        }
        return granted;
    }

    /// Waits until requests are counted over all replicas; each try is another caller's.
    testing::AssertionResult shares() {
        int tries = 0;
        return eventually(10s, [&] {
            look();
            const double before = metrics.granted.Value();
            std::vector<http::Pair> headers;
            limit.admit({Caller::Kind::with_key, "try" + std::to_string(++tries)}, kAddress, headers);
            return metrics.granted.Value() > before;
        });
    }

    std::shared_ptr<Dependency> redis_state = std::make_shared<Dependency>("redis");
    prometheus::Registry registry;
    RateLimitMetrics metrics{registry};
    redis::Client poll;
    RateLimit limit;
};

TEST(RateLimitOverReplicas, GrantsExactlySoMany) {
    const RedisServer redis;
    Replica one(100, redis.url());
    Replica other(100, redis.url());
    int granted = 0;
    for (int i = 0; i < 100; ++i) {
        granted += one.granted_of(1) + other.granted_of(1);
    }
    EXPECT_EQ(granted, 100);
    EXPECT_EQ(one.granted_of(1, {Caller::Kind::with_key, "abc"}), 1);
}

TEST(RateLimitOverReplicas, HoldsForManyThreadsAtOnce) {
    const RedisServer redis;
    Replica one(1'000, redis.url());
    Replica other(1'000, redis.url());
    std::atomic<int> granted = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] { granted += one.granted_of(500); });
            threads.emplace_back([&] { granted += other.granted_of(500); });
        }
    }
    granted += one.granted_of(100) + other.granted_of(100);
    EXPECT_EQ(granted, 1'000);
}

TEST(RateLimitOverReplicas, KeepsNoKeyAndForgetsCallersAfterTheirMinute) {
    const RedisServer redis;
    Replica replica(10, redis.url());
    replica.granted_of(1);
    replica.granted_of(1, {Caller::Kind::with_key, "abc"});
    redis::Client client({.url = redis.url()});
    const auto keys = client.command({"KEYS", "*"}).array();
    EXPECT_EQ(keys.size(), 2U);
    for (const auto& key : keys) {
        const auto left = client.command({"PTTL", key.text()}).integer();
        EXPECT_GT(left, 0) << key.text();
        EXPECT_LE(left, 60'000) << key.text();
    }
}

TEST(RateLimitWithoutRedis, EachReplicaCountsByItselfAndAddsThatLater) {
    RedisServer redis;
    Replica one(100, redis.url());
    Replica other(100, redis.url());
    EXPECT_EQ(one.granted_of(10) + other.granted_of(10), 20);
    redis.kill();
    EXPECT_EQ(one.granted_of(30) + other.granted_of(30), 60);
    redis.start();
    ASSERT_TRUE(one.shares());
    ASSERT_TRUE(other.shares());
    EXPECT_EQ(one.granted_of(1) + other.granted_of(1), 2) << "each adds what it let in";
    EXPECT_EQ(one.granted_of(100) + other.granted_of(100), 38) << "Redis forgot the first 20";
}

TEST(RateLimitWithoutRedis, DoesNotAskAFrozenOneAgainAndAgain) {
    const RedisServer redis;
    TcpGate gate(std::stoi(redis.url().substr(redis.url().rfind(':') + 1)));
    const std::string url = "redis://127.0.0.1:" + std::to_string(gate.port()) + "/0";
    Replica replica(1'000'000, url);
    EXPECT_EQ(replica.granted_of(1), 1);
    gate.freeze();
    const auto before = gate.connections();
    EXPECT_EQ(replica.granted_of(10'000), 10'000);
    EXPECT_EQ(replica.redis_state->state(), DependencyState::down);
    EXPECT_LE(gate.connections(), before + 1);
    gate.resume();
    ASSERT_TRUE(replica.shares());
    EXPECT_EQ(replica.granted_of(10), 10);
    redis::Client client({.url = redis.url()});
    EXPECT_GE(std::stoll(client.command({"GET", "watchtower:rate-limit:address:192.0.2.1"}).text()), 10'000);
}

}  // namespace
}  // namespace watchtower::gateway
