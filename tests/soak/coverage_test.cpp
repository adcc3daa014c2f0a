#include "tests/soak/coverage.hpp"

#include <gtest/gtest.h>

namespace watchtower::test {
namespace {

using namespace std::chrono_literals;

const TimePoint kFrom = TimePoint(1'000'000s);

/// A blow from kFrom for 20 s, well again 10 s later.
Struck blow(const std::vector<Fault>& faults) {
    return {{0ms, faults}, kFrom, kFrom + 20s, kFrom + 30s};
}

Fault fault(Harm harm, const std::string& victim) {
    return {harm, victim, 0ms, 20s};
}

bool expected(const Struck& struck, Milliseconds after) {
    return could_be_collected(kFrom + after, 500ms, {struck}, {});
}

TEST(Coverage, ExpectsEveryTickWhileACollectorHasNothingToDoWithTheFault) {
    for (const auto& harmless : {fault(Harm::freeze, "postgres"),
                                 fault(Harm::cut, "collector-0>postgres"),
                                 fault(Harm::kill, "nats"),
                                 fault(Harm::stop, "collector-2"),
                                 fault(Harm::freeze, "game"),
                                 fault(Harm::swallow, "collector-1>game"),
                                 fault(Harm::kill, "exporter"),
                                 fault(Harm::cut, "api-gateway>redis")}) {
        for (const auto after : {0ms, 1'000ms, 10'000ms, 20'000ms, 25'000ms}) {
            EXPECT_TRUE(expected(blow({harmless}), after)) << describe(harmless) << after.count();
        }
    }
}

TEST(Coverage, AllowsOneTickWhenAnOwnerIsLost) {
    for (const auto& losing : {fault(Harm::kill, "collector-2"), fault(Harm::freeze, "collector-0")}) {
        for (Milliseconds after = -500ms; after < 0ms; after += 20ms) {
            int allowed = 0;
            for (auto tick = after; tick < 30s; tick += 500ms) {
                allowed += expected(blow({losing}), tick) ? 0 : 1;
            }
            EXPECT_LE(allowed, 1) << describe(losing) << " " << after.count();
        }
        EXPECT_FALSE(expected(blow({losing}), 0ms)) << "it was in hand";
        EXPECT_TRUE(expected(blow({losing}), 100ms)) << "due when the next owner was already at work";
    }
}

TEST(Coverage, AllowsOneTickWhenRedisOrTheLinkToItIsLostAndWhenItIsBack) {
    for (const auto& moving : {fault(Harm::freeze, "redis"), fault(Harm::cut, "collector-0>redis")}) {
        for (const auto moment : {0s, 20s}) {
            EXPECT_TRUE(expected(blow({moving}), moment - 500ms)) << describe(moving);
            EXPECT_FALSE(expected(blow({moving}), moment - 100ms)) << describe(moving);
            EXPECT_TRUE(expected(blow({moving}), moment + 500ms)) << describe(moving);
        }
    }
}

TEST(Coverage, AllowsATakeoverToWaitUntilTheCollectorsHaveSettledAfterRedisCameBack) {
    const Struck killed = blow({fault(Harm::kill, "collector-1")});
    const auto expected_after = [&](Milliseconds since_redis, Milliseconds after) {
        Struck redis = blow({fault(Harm::forget, "redis")});
        redis.from = kFrom - since_redis - 1s;
        redis.mended = redis.well = kFrom - since_redis;
        return could_be_collected(kFrom + after, 500ms, {redis, killed}, {});
    };
    EXPECT_FALSE(expected_after(1s, 1'500ms));
    EXPECT_TRUE(expected_after(1s, 2'500ms));
    EXPECT_TRUE(expected_after(3s, 500ms));
}

TEST(Coverage, ExpectsNothingOfTwoFaultsAtOnceUntilAllIsWell) {
    const Struck both = blow({fault(Harm::kill, "nats"), fault(Harm::kill, "postgres")});
    EXPECT_FALSE(expected(both, 10s));
    EXPECT_FALSE(expected(both, 29s));
    EXPECT_TRUE(expected(both, 33s));
}

TEST(Coverage, BlamesNobodyForAMachineThatStoodStill) {
    EXPECT_FALSE(could_be_collected(kFrom, 500ms, {}, {{kFrom + 100ms, kFrom + 300ms}}));
    EXPECT_TRUE(could_be_collected(kFrom, 500ms, {}, {{kFrom + 600ms, kFrom + 800ms}}));
}

}  // namespace
}  // namespace watchtower::test
