#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/monitoring/watched_pipeline.hpp"
#include "tests/support/eventually.hpp"

/// Each process and each server is killed in turn: the right alert fires, nobody is told of anything else, and it is
/// over when what was killed is back.
namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr seconds kPatience{60};

/// An hour of the rules is a minute.
constexpr int kFactor = 60;

/// What is watched for other alerts: the longest range and the longest `for` of what could follow from an outage.
constexpr double kTimeForOthers = 11.0 * 60 / kFactor;

/// "WatchtowerServiceDown job=collector": name and what tells which one it is.
std::string description(const std::map<std::string, std::string>& labels) {
    std::string text = labels.at("alertname");
    for (const char* name : {"job", "dependency", "world", "section", "alert_type", "instance"}) {
        if (const auto found = labels.find(name); found != labels.end()) {
            text.append(" ").append(name).append("=").append(found->second);
        }
    }
    return text;
}

/// Alerts that are no news here: the one that always fires, and those that tell of lost time, which are right when this
/// machine is too busy for an hour in a minute.
bool is_no_news(const std::map<std::string, std::string>& labels) {
    static const std::set<std::string> kNames = {
        "WatchtowerWatchdog", "WatchtowerTicksSkipped", "WatchtowerTicksLate", "WatchtowerPublicationsMissed"};
    return kNames.count(labels.at("alertname")) > 0;
}

class Outages : public testing::Test {
protected:
    /// The alerts that fire, are not held back, and are news.
    std::set<std::string> seen() {
        std::set<std::string> seen;
        for (const auto& alert : pipeline_.alertmanager.alerts()) {
            if (!alert.inhibited && !is_no_news(alert.labels)) {
                seen.insert(description(alert.labels));
            }
        }
        return seen;
    }

    /// All that Prometheus knows of, for a failure's text.
    std::string all() {
        std::string text;
        for (const auto& alert : pipeline_.prometheus.alerts()) {
            text += description(alert.labels) + (alert.firing ? ", " : " (pending), ");
        }
        return text;
    }

    /// Alerts of Prometheus that are pending, or that fire, and are news.
    std::size_t count(bool firing) {
        const auto alerts = pipeline_.prometheus.alerts();
        return static_cast<std::size_t>(std::count_if(alerts.begin(), alerts.end(), [&](const auto& alert) {
            return alert.firing == firing && !is_no_news(alert.labels);
        }));
    }

    double now() { return pipeline_.prometheus.query("time()").at(0).value; }

    /// Everything works and is scraped, nothing fires, and whoever was told of something knows that it is over.
    testing::AssertionResult all_is_well() {
        return eventually(
            kPatience,
            [&] {
                let_time_pass();
                return count(false) == 0 && count(true) == 0 && seen().empty() && told(true) == told(false) &&
                       pipeline_.prometheus.query("sum(up) == 6").size() == 1 &&
                       pipeline_.prometheus.query("world:ccc_section_stale:min == 0").size() == 1 &&
                       pipeline_.prometheus.query("watchtower_publications_total{result='published'} > 2").size() ==
                           1 &&
                       pipeline_.prometheus.query("watchtower_dependency_up == 0").empty();
            },
            [&] { return all() + "; " + testing::PrintToString(told(true)) + testing::PrintToString(told(false)); });
    }

    /// What was told since the newest outage began, firing or resolved.
    std::set<std::string> told(bool firing) {
        std::set<std::string> told;
        const auto alerts = pipeline_.webhook.alerts();
        for (std::size_t i = told_before_; i < alerts.size(); ++i) {
            if (alerts[i].firing == firing && !is_no_news(alerts[i].labels)) {
                told.insert(description(alerts[i].labels));
            }
        }
        return told;
    }

    void expect_one_alert(const std::string& victim, const std::string& alert) {
        SCOPED_TRACE(victim);
        const std::set<std::string> expected = {alert};
        ASSERT_TRUE(all_is_well()) << "before anything is done to it";
        told_before_ = pipeline_.webhook.alerts().size();
        const double killed = now();
        pipeline_.kill(victim);
        EXPECT_TRUE(eventually(
            kPatience,
            [&] {
                let_time_pass();
                return now() > killed + kTimeForOthers && seen() == expected && told(true) == expected &&
                       count(false) == 0;
            },
            [&] { return all() + "; told " + testing::PrintToString(told(true)); }));
        pipeline_.start(victim);
        EXPECT_TRUE(all_is_well()) << "when it is back";
        EXPECT_EQ(told(false), expected);
        EXPECT_EQ(told(true), expected) << "nor did anybody hear of something else afterwards";
    }

    WatchedPipeline pipeline_{kFactor};
    std::size_t told_before_ = 0;
};

TEST_F(Outages, OfEachProcessAreToldOfAndNothingElseIs) {
    for (const char* service : {"collector", "api-gateway", "exporter", "publisher"}) {
        expect_one_alert(service, std::string("WatchtowerServiceDown job=") + service);
    }
}

TEST_F(Outages, OfEachServerAreToldOfAndNothingElseIs) {
    expect_one_alert("postgres", "WatchtowerPostgresDown dependency=postgres");
    expect_one_alert("redis", "WatchtowerRedisDown dependency=redis");
    expect_one_alert("nats", "WatchtowerNatsDown dependency=nats");
    expect_one_alert("game", "WatchtowerGameDown world=default");
}

}  // namespace
}  // namespace watchtower::test
