#include "common/metrics/service_metrics.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>

#include "common/base/clock.hpp"
#include "common/base/configuration.hpp"
#include "tests/support/promtool.hpp"

namespace watchtower::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The samples of a text without labels.
std::map<std::string, double> samples(const std::string& text) {
    std::map<std::string, double> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.front() != '#') {
            found[line.substr(0, line.rfind(' '))] = std::stod(line.substr(line.rfind(' ')));
        }
    }
    return found;
}

TEST(ServiceMetrics, ShowsBuildDependenciesProcessAndWhatWasRegistered) {
    auto redis = std::make_shared<Dependency>("redis");
    auto postgres = std::make_shared<Dependency>("postgres");
    ServiceMetrics metrics("collector", {redis, postgres});
    prometheus::BuildCounter().Name("mine_total").Help("Mine.").Register(metrics.registry()).Add({}).Increment();
    redis->succeeded();
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("watchtower_build_info{service=\"collector\",version=\"" + version() + "\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("mine_total 1\n"));
    EXPECT_THAT(text, HasSubstr("watchtower_dependency_up{dependency=\"redis\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("dependency=\"postgres\"")));
    EXPECT_TRUE(test::promtool_accepts(text));
}

TEST(ServiceMetrics, FollowsADependency) {
    auto redis = std::make_shared<Dependency>("redis");
    const ServiceMetrics metrics("collector", {redis});
    redis->succeeded();
    EXPECT_THAT(metrics.render(), HasSubstr("watchtower_dependency_up{dependency=\"redis\"} 1\n"));
    redis->failed("redis cache:6379: refused");
    EXPECT_THAT(metrics.render(), HasSubstr("watchtower_dependency_up{dependency=\"redis\"} 0\n"));
}

TEST(ProcessMetrics, TellsWhatTheKernelTells) {
    const auto found = samples(ServiceMetrics("collector", {}).render());
    const double resident = found.at("process_resident_memory_bytes");
    EXPECT_GT(resident, 1e6);
    EXPECT_LT(resident, 1e11);
    EXPECT_GE(found.at("process_cpu_seconds_total"), 0);
    EXPECT_GE(found.at("process_open_fds"), 3);
    EXPECT_GE(found.at("process_max_fds"), found.at("process_open_fds"));
    const double now = std::chrono::duration<double>(SystemClock().now().time_since_epoch()).count();
    EXPECT_GT(found.at("process_start_time_seconds"), now - 600);
    EXPECT_LT(found.at("process_start_time_seconds"), now + 2);
}

TEST(ProcessMetrics, CountsAnOpenedFile) {
    const ServiceMetrics metrics("collector", {});
    const double before = samples(metrics.render()).at("process_open_fds");
    const std::ifstream file("/proc/self/stat");
    EXPECT_EQ(samples(metrics.render()).at("process_open_fds"), before + 1);
}

}  // namespace
}  // namespace watchtower::metrics
