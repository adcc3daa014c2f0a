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
                                 fault(Harm::freeze, "game"),
                                 fault(Harm::swallow, "collector-1>game"),
                                 fault(Harm::kill, "exporter"),
                                 fault(Harm::cut, "api-gateway>redis")}) {
        for (const auto after : {0ms, 1'000ms, 10'000ms, 20'000ms, 25'000ms}) {
            EXPECT_TRUE(expected(blow({harmless}), after)) << describe(harmless) << after.count();
        }
    }
}

TEST(Coverage, AllowsATakeoverWhenAnOwnerIsLostAndWhenItIsBack) {
    for (const auto& moving :
         {fault(Harm::kill, "collector-2"), fault(Harm::freeze, "redis"), fault(Harm::cut, "collector-0>redis")}) {
        EXPECT_TRUE(expected(blow({moving}), -1s)) << describe(moving);
        EXPECT_FALSE(expected(blow({moving}), -500ms)) << describe(moving);
        EXPECT_FALSE(expected(blow({moving}), 1s)) << describe(moving);
        EXPECT_TRUE(expected(blow({moving}), 10s)) << describe(moving);
        EXPECT_FALSE(expected(blow({moving}), 21s)) << describe(moving);
        EXPECT_TRUE(expected(blow({moving}), 25s)) << describe(moving);
    }
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
