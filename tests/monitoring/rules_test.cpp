#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/monitoring/watched_pipeline.hpp"
#include "tests/support/eventually.hpp"

/// The rules as they are, beside the running services: what they ask for is there.
namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr seconds kPatience{60};

/// What is there only when something is wrong.
const std::set<std::string> kEmptyWhenWell = {
    R"(watchtower_http_requests_total{code=~"5..",job="api-gateway",route!~"/health|/ready|/metrics|.*/stream"})"};

/// Everything that an expression, as Prometheus writes it, asks the database for.
std::set<std::string> selectors(const std::string& expression) {
    static const std::regex kSelector(
        R"(\b(?:(?:ccc|watchtower|process|prometheus|alertmanager)_[a-z0-9_]+|up|[a-z_]+:[a-z_]+:[a-z0-9_]+)(?:\{[^}]*\})?)");
    std::set<std::string> found;
    for (std::sregex_iterator match(expression.begin(), expression.end(), kSelector), end; match != end; ++match) {
        found.insert(match->str());
    }
    return found;
}

class Rules : public testing::Test {
protected:
    /// What all rules ask for, and what they record.
    std::set<std::string> wanted() {
        std::set<std::string> wanted;
        for (const auto& rule : pipeline_.prometheus.rules()) {
            wanted.merge(selectors(rule.expression));
            if (!rule.alerting) {
                wanted.insert(rule.name);
            }
        }
        return wanted;
    }

    testing::AssertionResult is_there(const std::string& selector) {
        return eventually(kPatience, [&] {
            const bool found = !pipeline_.prometheus.query(selector).empty();
            if (!found) {
                let_time_pass();
            }
            return found;
        });
    }

    WatchedPipeline pipeline_{1};
};

TEST_F(Rules, FindEverythingTheyAskForBesideTheRunningServices) {
    ASSERT_EQ(pipeline_.ask_gateway("/api/v1/worlds").status, 200);
    const auto all = wanted();
    EXPECT_GT(all.size(), 40U);
    for (const auto& selector : all) {
        if (kEmptyWhenWell.count(selector) == 0) {
            EXPECT_TRUE(is_there(selector)) << selector;
        }
    }
    for (const auto& rule : pipeline_.prometheus.rules()) {
        EXPECT_EQ(rule.health, "ok") << rule.name << ": " << rule.error;
    }
    for (const auto& alert : pipeline_.prometheus.alerts()) {
        EXPECT_TRUE(!alert.firing || alert.labels.at("alertname") == "WatchtowerWatchdog")
            << alert.labels.at("alertname") << " fires though all is well";
    }
}

}  // namespace
}  // namespace watchtower::test
