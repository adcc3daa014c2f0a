#include <atomic>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/alertmanager_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/temporary_folder.hpp"

/// The servers of tests that look at the monitoring: an alert goes all the way from a process to a webhook and back.
namespace watchtower::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

constexpr auto kRules =
    "groups:\n"
    "  - name: test\n"
    "    rules:\n"
    "      - {record: 'job:level:double', expr: 'sum by (job) (level) * 2'}\n"
    "      - {alert: High, expr: 'level > 5', labels: {severity: warning}, annotations: {summary: 'is {{ $value "
    "}}'}}\n";

class MonitoringServers : public testing::Test {
protected:
    http::Reply metrics() const { return http::Reply::text("level " + std::to_string(level_) + "\n"); }

    TemporaryFolder folder_;
    std::atomic<int> level_{3};
    http::Server process_{
        {}, {{http::Method::get, "/metrics", [this](const http::Request&) { return metrics(); }, "", {}}}};
    WebhookReceiver webhook_;
    AlertmanagerServer alertmanager_{{.webhook_url = webhook_.url()}};
    PrometheusServer prometheus_{{.targets = {{"process", {process_.port()}}},
                                  .rule_files = {folder_.write("rules.yml", kRules)},
                                  .alertmanager_port = alertmanager_.port(),
                                  .interval = milliseconds(100)}};
};

TEST_F(MonitoringServers, TakeAnAlertFromAProcessToAWebhookAndBack) {
    ASSERT_TRUE(eventually(kPatience, [&] {
        const auto doubled = prometheus_.query("job:level:double");
        return doubled.size() == 1 && doubled.front().value == 6 && doubled.front().labels.at("job") == "process";
    }));
    EXPECT_EQ(prometheus_.targets(), (std::map<std::string, std::vector<bool>>{{"process", {true}}}));
    const auto rules = prometheus_.rules();
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[1].name, "High");
    EXPECT_TRUE(rules[1].alerting);
    EXPECT_FALSE(rules[0].alerting);
    EXPECT_TRUE(prometheus_.alerts().empty());

    level_ = 9;
    ASSERT_TRUE(eventually(kPatience, [&] { return !webhook_.alerts().empty(); }));
    const auto alert = webhook_.alerts().front();
    EXPECT_TRUE(alert.firing);
    EXPECT_EQ(alert.labels.at("alertname"), "High");
    EXPECT_EQ(alert.annotations.at("summary"), "is 9");
    ASSERT_EQ(alertmanager_.alerts().size(), 1U);
    EXPECT_FALSE(alertmanager_.alerts().front().inhibited);
    EXPECT_EQ(alertmanager_.alerts().front().receivers, std::vector<std::string>{"test"});
    EXPECT_TRUE(prometheus_.alerts().at(0).firing);

    level_ = 3;
    EXPECT_TRUE(eventually(kPatience, [&] { return !webhook_.alerts().back().firing; }));
    EXPECT_TRUE(alertmanager_.alerts().empty());
}

TEST_F(MonitoringServers, SayWhatIsWrongWithAQuestion) {
    try {
        (void)prometheus_.query("sum(");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("parse error"), std::string::npos) << e.what();
    }
    EXPECT_EQ(prometheus_.query("scalar(vector(2))").at(0).value, 2);
}

TEST(PrometheusServer, SaysWhatIsWrongWithItsConfiguration) {
    try {
        const PrometheusServer server({.configuration = "global: {scrape_interval: soon}\n"});
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("soon"), std::string::npos) << e.what();
    }
}

}  // namespace
}  // namespace watchtower::test
