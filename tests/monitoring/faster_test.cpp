#include "tests/monitoring/faster.hpp"

#include <gtest/gtest.h>

namespace watchtower::test {
namespace {

TEST(Faster, DividesWhatIsADuration) {
    EXPECT_EQ(faster("expr: rate(a_total[5m]) > 0.1\nfor: 2m\nkeep_firing_for: 90s\n", 60),
              "expr: rate(a_total[5000ms]) > 0.1\nfor: 2000ms\nkeep_firing_for: 1500ms\n");
    EXPECT_EQ(faster("group_wait: 30s\ngroup_interval: 5m\nrepeat_interval: 12h", 60),
              "group_wait: 500ms\ngroup_interval: 5000ms\nrepeat_interval: 720000ms");
    EXPECT_EQ(faster("max_over_time(a:b:c_5m[10m])", 60), "max_over_time(a:b:c_5m[10000ms])");
    EXPECT_EQ(faster("for: 1ms", 60), "for: 1ms") << "none is nothing";
}

TEST(Faster, LeavesEverythingElse) {
    for (const char* text :
         {"record: world:errors:rate5m", "summary: \"gone for 5m\"", "x > 6 * 3600", "group_wait: 0s", "[a, b]"}) {
        EXPECT_EQ(faster(text, 60), text);
    }
}

}  // namespace
}  // namespace watchtower::test
