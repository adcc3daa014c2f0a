#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "common/http/client.hpp"
#include "tests/monitoring/source_text.hpp"
#include "tests/support/alertmanager_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/replaced.hpp"
#include "tests/support/temporary_folder.hpp"

/// prometheus/alertmanager.yml itself, but for where the receivers' addresses lie and how long it waits.
namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

class Delivery : public testing::Test {
protected:
    std::string configuration() const {
        (void)folder_.write("team_webhook_url", team_.url() + "\n");
        (void)folder_.write("pager_webhook_url", pager_.url() + "\n");
        (void)folder_.write("watchdog_webhook_url", watchdog_.url() + "\n");
        std::string text = source_text("prometheus/alertmanager.yml");
        text = replaced(text, "/etc/alertmanager/secrets", folder_.path().string());
        text = replaced(text, "group_wait: 30s", "group_wait: 1ms");
        return replaced(text, "group_interval: 5m", "group_interval: 100ms");
    }

    void alert(const std::string& name, const std::string& severity, const json& labels = json::object()) {
        json all = {{"alertname", name}, {"severity", severity}};
        all.update(labels);
        const json body = {
            {{"labels", all},
             {"annotations",
              {{"summary", "What of " + name}, {"description", "Why"}, {"runbook", "docs/runbooks/" + name + ".md"}}}}};
        http::FetchOptions options;
        options.headers = {{"Content-Type", "application/json"}};
        ASSERT_EQ(http::Client().post(alertmanager_.url() + "/api/v2/alerts", body.dump(), options).status, 200);
    }

    /// Whether a message with these words came.
    static testing::AssertionResult gets(const WebhookReceiver& receiver, const std::vector<std::string>& words) {
        return eventually(
            seconds(30),
            [&] {
                const auto bodies = receiver.bodies();
                return std::any_of(bodies.begin(), bodies.end(), [&](const std::string& body) {
                    return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
                        return body.find(word) != std::string::npos;
                    });
                });
            },
            [&] { return testing::PrintToString(receiver.bodies()); });
    }

    TemporaryFolder folder_;
    WebhookReceiver team_;
    WebhookReceiver pager_;
    WebhookReceiver watchdog_;
    AlertmanagerServer alertmanager_{{.configuration = configuration()}};
};

TEST_F(Delivery, TellsThePagerOfWhatIsCritical) {
    alert("WatchtowerPostgresDown", "critical", {{"dependency", "postgres"}});
    EXPECT_TRUE(gets(pager_,
                     {"CRITICAL: WatchtowerPostgresDown",
                      "What of WatchtowerPostgresDown. Why (docs/runbooks/WatchtowerPostgresDown.md)"}));
    EXPECT_TRUE(team_.bodies().empty());
}

TEST_F(Delivery, TellsTheTeamOfWarningsAndOfTheGame) {
    alert("WatchtowerTicksSkipped", "warning", {{"world", "alpha"}});
    alert("WatchtowerGameAlert", "critical", {{"world", "alpha"}, {"alert_type", "low_activity"}});
    EXPECT_TRUE(gets(team_, {"WARNING: WatchtowerTicksSkipped"}));
    EXPECT_TRUE(gets(team_, {"CRITICAL: WatchtowerGameAlert"}));
    EXPECT_TRUE(pager_.bodies().empty());
}

TEST_F(Delivery, SendsTheWatchdogToWhoeverMissesIt) {
    alert("WatchtowerWatchdog", "none");
    EXPECT_TRUE(gets(watchdog_, {"Watchtower's alerts get through"}));
    EXPECT_TRUE(pager_.bodies().empty() && team_.bodies().empty());
}

TEST_F(Delivery, HoldsBackWhatFollowsFromAnother) {
    alert("WatchtowerPostgresDown", "critical", {{"dependency", "postgres"}});
    ASSERT_TRUE(gets(pager_, {"WatchtowerPostgresDown"}));
    alert("WatchtowerOutboxGrows", "warning", {{"world", "alpha"}});
    alert("WatchtowerDependencyUnreachable", "warning", {{"dependency", "postgres"}, {"job", "collector"}});
    alert("WatchtowerDependencyUnreachable", "warning", {{"dependency", "redis"}, {"job", "exporter"}});
    EXPECT_TRUE(gets(team_, {"WatchtowerDependencyUnreachable"}));
    std::size_t held_back = 0;
    for (const auto& alert : alertmanager_.alerts()) {
        held_back += alert.inhibited ? 1 : 0;
    }
    EXPECT_EQ(held_back, 2U);
    EXPECT_EQ(team_.bodies().size(), 1U);
}

}  // namespace
}  // namespace watchtower::test
