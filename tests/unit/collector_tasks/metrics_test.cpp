#include "services/collector/tasks/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/metrics/serialize.hpp"
#include "tests/support/promtool.hpp"

namespace watchtower::collector {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TaskMetrics, CountsByKindAndResultAndKeepsTheLabelsClosed) {
    prometheus::Registry registry;
    TaskMetrics counted(registry, {"collect"});
    counted.count("collect", TaskResult::done);
    counted.count("sent by \"anybody\"\n", TaskResult::dead);
    counted.observe("collect", 0.2);
    std::string text;
    metrics::append_text(text, registry);
    EXPECT_TRUE(test::promtool_accepts(text));
    EXPECT_THAT(text, HasSubstr(R"(watchtower_tasks_total{kind="collect",result="done"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(watchtower_tasks_total{kind="unknown",result="dead"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(watchtower_tasks_total{kind="collect",result="handed_over"} 0)"));
    EXPECT_THAT(text, HasSubstr(R"(watchtower_task_duration_seconds_count{kind="collect"} 1)"));
    EXPECT_THAT(text, Not(HasSubstr("anybody")));
}

}  // namespace
}  // namespace watchtower::collector
