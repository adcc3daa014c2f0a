#include "services/collector/tasks/schedule.hpp"

#include <set>

#include <gtest/gtest.h>

namespace watchtower::collector {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kNoon{std::chrono::milliseconds(1765195200000)};  // 2025-12-08T12:00:00Z

TEST(TaskSchedule, GivesTheTaskOfThePeriodThatIsDue) {
    const TaskSchedule schedule({{"rollup", "north", hours(1), minutes(3)}});
    const auto due = schedule.due(kNoon + minutes(3));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].key, "rollup:north:1765195200");
    EXPECT_EQ(due[0].period, hours(1));
    EXPECT_EQ(due[0].task.kind, "rollup");
    EXPECT_EQ(due[0].task.world, "north");
    EXPECT_EQ(due[0].task.arguments, "2025-12-08T12:00:00.000Z");
    EXPECT_EQ(due[0].task.requested_at, kNoon + minutes(3));
}

TEST(TaskSchedule, WaitsForTheDelayOfAPeriod) {
    const TaskSchedule schedule({{"rollup", "north", hours(1), minutes(3)}});
    EXPECT_EQ(schedule.due(kNoon + minutes(3) - Milliseconds(1)).at(0).task.arguments, "2025-12-08T11:00:00.000Z");
}

TEST(TaskSchedule, NamesEachPeriodOnceHoweverOftenItIsAsked) {
    const TaskSchedule schedule = usual_schedule({"north", "south"});
    std::set<std::string> keys;
    for (seconds passed{0}; passed < hours(3); passed += seconds(20)) {
        for (const DueTask& due : schedule.due(kNoon + minutes(30) + passed)) {
            keys.insert(due.key);
        }
    }
    EXPECT_EQ(keys.size(), 3U * 4U) << "two worlds' roll-ups and the retention, of four periods";
}

TEST(TaskSchedule, HoldsNothingByItself) {
    EXPECT_TRUE(TaskSchedule().due(kNoon).empty());
}

}  // namespace
}  // namespace watchtower::collector
