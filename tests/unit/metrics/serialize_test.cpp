#include "common/metrics/serialize.hpp"

#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include "tests/support/promtool.hpp"

namespace watchtower::metrics {
namespace {

std::string text_of(const prometheus::Collectable& source) {
    std::string out;
    append_text(out, source);
    return out;
}

TEST(AppendText, WritesEveryTypeOfMetricInAFixedOrder) {
    prometheus::Registry registry;
    auto& gauges = prometheus::BuildGauge().Name("b").Help("A gauge.").Register(registry);
    gauges.Add({{"l", "y"}}).Set(-1.5);
    gauges.Add({{"l", "x"}}).Set(2);
    prometheus::BuildCounter().Name("a_total").Help("A counter.").Register(registry).Add({}).Increment(7);
    auto& histograms = prometheus::BuildHistogram().Name("c_seconds").Help("A histogram.").Register(registry);
    auto& histogram = histograms.Add({{"l", "x"}}, prometheus::Histogram::BucketBoundaries{0.5, 1});
    histogram.Observe(0.25);
    histogram.Observe(3);
    EXPECT_EQ(text_of(registry),
              "# HELP a_total A counter.\n# TYPE a_total counter\na_total 7\n"
              "# HELP b A gauge.\n# TYPE b gauge\nb{l=\"x\"} 2\nb{l=\"y\"} -1.5\n"
              "# HELP c_seconds A histogram.\n# TYPE c_seconds histogram\n"
              "c_seconds_count{l=\"x\"} 2\nc_seconds_sum{l=\"x\"} 3.25\n"
              "c_seconds_bucket{l=\"x\",le=\"0.5\"} 1\nc_seconds_bucket{l=\"x\",le=\"1\"} 1\n"
              "c_seconds_bucket{l=\"x\",le=\"+Inf\"} 2\n");
    EXPECT_TRUE(test::promtool_accepts(text_of(registry)));
}

TEST(AppendText, WritesSummaries) {
    prometheus::Registry registry;
    prometheus::BuildSummary()
        .Name("a_seconds")
        .Help("A summary.")
        .Register(registry)
        .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}})
        .Observe(2);
    EXPECT_EQ(text_of(registry),
              "# HELP a_seconds A summary.\n# TYPE a_seconds summary\n"
              "a_seconds_count 1\na_seconds_sum 2\na_seconds{quantile=\"0.5\"} 2\n");
}

TEST(AppendText, LeavesFamiliesWithoutSeriesOut) {
    prometheus::Registry registry;
    prometheus::BuildGauge().Name("a").Help("A gauge.").Register(registry);
    EXPECT_EQ(text_of(registry), "");
}

TEST(AppendText, SurvivesHelpAndLabelsThatWouldBreakAScrape) {
    prometheus::Registry registry;
    prometheus::BuildGauge().Name("a").Help("one\ntwo").Register(registry).Add({{"l", "\xFF\n"}}).Set(1);
    EXPECT_EQ(text_of(registry), "# HELP a one\\ntwo\n# TYPE a gauge\na{l=\"\xEF\xBF\xBD\\n\"} 1\n");
    EXPECT_TRUE(test::promtool_accepts(text_of(registry)));
}

}  // namespace
}  // namespace watchtower::metrics
