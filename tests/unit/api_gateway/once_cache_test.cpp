#include "services/api-gateway/once_cache.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;
using Cache = OnceCache<int, std::string>;

std::string fail() {
    throw Unavailable("away");
}

/// Whether get passes the failure of `compute` on.
bool throws(Cache& cache, const std::function<std::string()>& compute) {
    try {
        (void)cache.get(1, compute);
        return false;
    } catch (const Unavailable&) {
        return true;
    }
}

bool becomes_true(const std::function<bool()>& condition) {
    return static_cast<bool>(watchtower::test::eventually(10s, condition));
}

TEST(OnceCache, KeepsWhatWasComputed) {
    Cache cache(2);
    EXPECT_FALSE(cache.find(1));
    EXPECT_EQ(cache.get(1, [] { return "one"; }), "one");
    EXPECT_EQ(cache.get(1, [] { return "again"; }), "one");
    EXPECT_EQ(cache.find(1), "one");
}

TEST(OnceCache, DropsTheLeastRecentlyUsedWhenFull) {
    Cache cache(2);
    for (const int key : {1, 2}) {
        (void)cache.get(key, [] { return "value"; });
    }
    (void)cache.find(1);
    (void)cache.get(3, [] { return "value"; });
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_TRUE(cache.find(1));
    EXPECT_FALSE(cache.find(2));
    EXPECT_TRUE(cache.find(3));
}

TEST(OnceCache, DoesNotKeepAnException) {
    Cache cache(2);
    EXPECT_TRUE(throws(cache, fail));
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.get(1, [] { return "back"; }), "back");
}

TEST(OnceCache, ComputesOnceForAllWhoAskMeanwhile) {
    constexpr int kAskers = 4;
    Cache cache(2);
    std::atomic<int> computations = 0;
    std::atomic<int> asking = 0;
    std::atomic<int> waited = 0;
    const auto compute = [&]() -> std::string {
        ++computations;
        return becomes_true([&] { return asking == kAskers; }) ? "value" : "too few asked";
    };
    const auto ask = [&] {
        ++asking;
        CacheUse use = CacheUse::computed;
        EXPECT_EQ(cache.get(1, compute, &use), "value");
        waited += use == CacheUse::waited ? 1 : 0;
    };
    std::vector<std::jthread> askers(kAskers);
    for (std::jthread& asker : askers) {
        asker = std::jthread(ask);
    }
    askers.clear();
    EXPECT_EQ(computations, 1);
    EXPECT_EQ(waited, kAskers - 1);
}

TEST(OnceCache, GivesAFailureToAllWhoWaitForIt) {
    Cache cache(2);
    std::atomic<bool> computing = false;
    std::atomic<bool> waiting = false;
    std::jthread waiter([&] {
        EXPECT_TRUE(becomes_true([&] { return computing.load(); }));
        waiting = true;
        (void)throws(cache, [] { return "computed anew"; });  // false where it came after the failure
    });
    EXPECT_TRUE(throws(cache, [&] {
        computing = true;
        EXPECT_TRUE(becomes_true([&] { return waiting.load(); }));
        return fail();
    }));
}

}  // namespace
}  // namespace watchtower::gateway
