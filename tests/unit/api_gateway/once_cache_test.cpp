#include "services/api-gateway/once_cache.hpp"

#include <atomic>
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
    EXPECT_THROW((void)cache.get(1, []() -> std::string { throw Unavailable("away"); }), Unavailable);
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.get(1, [] { return "back"; }), "back");
}

TEST(OnceCache, ComputesOnceForAllWhoAskMeanwhile) {
    constexpr int kAskers = 4;
    Cache cache(2);
    std::atomic<int> computations = 0;
    std::atomic<int> asking = 0;
    std::atomic<int> waited = 0;
    std::vector<std::jthread> askers;
    for (int i = 0; i < kAskers; ++i) {
        askers.emplace_back([&] {
            ++asking;
            CacheUse use = CacheUse::computed;
            const auto compute = [&]() -> std::string {
                ++computations;
                EXPECT_TRUE(watchtower::test::eventually(10s, [&] { return asking == kAskers; }));
                return "value";
            };
            EXPECT_EQ(cache.get(1, compute, &use), "value");
            waited += use == CacheUse::waited ? 1 : 0;
        });
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
        EXPECT_TRUE(watchtower::test::eventually(10s, [&] { return computing.load(); }));
        waiting = true;
        try {
            (void)cache.get(1, [] { return "computed anew"; });  // came after the failure
        } catch (const Unavailable&) {                           // came before it
        }
    });
    EXPECT_THROW((void)cache.get(1,
                                 [&]() -> std::string {
                                     computing = true;
                                     EXPECT_TRUE(watchtower::test::eventually(10s, [&] { return waiting.load(); }));
                                     throw Unavailable("away");
                                 }),
                 Unavailable);
}

}  // namespace
}  // namespace watchtower::gateway
