#include "tests/soak/fault_plan.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace watchtower::test {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds length(const std::vector<Blow>& plan) {
    std::chrono::milliseconds sum{0};
    for (const Blow& blow : plan) {
        sum += blow.calm + blow.lasts();
    }
    return sum;
}

TEST(FaultPlan, IsTheSameForTheSameSeed) {
    EXPECT_EQ(fault_plan(7, 60s), fault_plan(7, 60s));
    EXPECT_NE(fault_plan(7, 60s), fault_plan(8, 60s));
}

TEST(FaultPlan, MeansTheSameEverywhere) {
    const auto plan = fault_plan(1, 60s);
    ASSERT_GE(plan.size(), 2U);
    EXPECT_EQ(describe(plan[0].faults[0]), "postgres read_only for 0.4 s");
    EXPECT_EQ(describe(plan[1].faults[0]), "collector-1>postgres cut for 0.4 s");
}

TEST(FaultPlan, FillsItsTimeAndKeepsWithinIt) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto plan = fault_plan(seed, 10min);
        EXPECT_LE(length(plan), 10min);
        EXPECT_GE(length(plan), 7min);
    }
    EXPECT_TRUE(fault_plan(1, 0s).empty());
}

TEST(FaultPlan, NeverKillsTheGame) {
    for (const Blow& blow : fault_plan(3, 24h)) {
        for (const Fault& fault : blow.faults) {
            EXPECT_FALSE(fault.victim == kGame && (fault.harm == Harm::kill || fault.harm == Harm::stop));
        }
    }
}

TEST(FaultPlan, HitsEveryPartInEveryWayOneOrTwoAtATime) {
    std::set<std::string> seen;
    std::size_t pairs = 0;
    const auto plan = fault_plan(5, 24h);
    for (const Blow& blow : plan) {
        ASSERT_LE(blow.faults.size(), 2U);
        pairs += blow.faults.size() - 1;
        if (blow.faults.size() == 2) {
            EXPECT_NE(blow.faults[0].victim, blow.faults[1].victim);
            EXPECT_LE(blow.faults[1].after, blow.faults[0].lasts);
        }
        for (const Fault& fault : blow.faults) {
            EXPECT_GE(fault.lasts, 200ms);
            seen.insert(fault.victim + " " + std::string(to_text(fault.harm)));
        }
    }
    EXPECT_GT(pairs, plan.size() / 10);
    EXPECT_LT(pairs, plan.size() / 4);
    // 3 collectors × (3 + 4 links × 2), 6 + 3 + 2 + 3 for the servers, 2 readers × (3 + 3 links × 2)
    EXPECT_EQ(seen.size(), 3U * 11 + 13 + 2 * 9);
}

}  // namespace
}  // namespace watchtower::test
