#include <optional>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/promtool.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds kPatience{60};
constexpr const char* kSubject = "metrics.watchtower.alerts";
constexpr const char* kId = "Nats-Msg-Id";

/// A game that stands still between steps, and all that shows its alerts. A window is a second and a half, six ticks.
class Alerts : public testing::Test {
protected:
    /// `most_actions` is what a player can do in a minute; 0: nobody is suspected.
    explicit Alerts(const std::string& most_actions = "0") : most_actions_(most_actions) {}

    Service::Options options(const char* listener, const std::string& role = "watchtower_reader") const {
        return {.environment = {{"CCC_API_URL", simulator_.url()},
                                {"MODERATION_MOST_ACTIONS", most_actions_},
                                {"MODERATION_MOST_NOMADS_CREATED", "0"},
                                {"MODERATION_MOST_GOLD", "0"},
                                {"MODERATION_MOST_LEVELS", "0"},
                                {"MODERATION_OUTLIER", "0"},
                                {"METRICS_COLLECTION_INTERVAL", "0.25"},
                                {"ALERT_WINDOW", "1.5"},
                                {"ALERT_HIGH_FAILURE_RATE", "0.02"},
                                {"OUTBOX_MAX_BYTES", "1048576"},
                                {"PUBLISH_INTERVAL", "0.25"},
                                {"DATABASE_URL", postgres_.url("watchtower", role)},
                                {"REDIS_URL", redis_.url()},
                                {"NATS_URL", nats_.url()},
                                {"API_AUTH", "none"}},
                .listener = listener,
                .wait_for = "/health"};
    }

    /// The alerts of a type that REST lists.
    [[nodiscard]] json listed(const std::string& state, const std::string& type) {
        last_ = gateway_.get("/api/v1/alerts?state=" + state).body;
        const json body = json::parse(last_, nullptr, false);
        json found = json::array();
        for (const json& alert : body.value("alerts", json::array())) {
            if (alert.at("type") == type) {
                found.push_back(alert);
            }
        }
        return found;
    }

    [[nodiscard]] bool exports(const std::string& type, const std::string& severity, int count) {
        const std::string text = exporter_.get("/metrics").body;
        return text.find("\nccc_alerts_active{world=\"default\",alert_type=\"" + type + "\",severity=\"" + severity +
                         "\"} " + std::to_string(count) + "\n") != std::string::npos;
    }

    /// Whether one is open in REST and Prometheus alike, now or soon.
    testing::AssertionResult opens(const std::string& type, const std::string& severity, int count = 1) {
        const auto is_open = [&] {
            return listed("active", type).size() == static_cast<std::size_t>(count) && exports(type, severity, count);
        };
        return eventually(kPatience, is_open, [&] { return type + ": " + last_; });
    }

    /// Whether none is open any more, and REST tells of one that was.
    testing::AssertionResult resolves(const std::string& type, const std::string& severity) {
        const auto is_over = [&] {
            return listed("active", type).empty() && exports(type, severity, 0) && !listed("resolved", type).empty();
        };
        return eventually(kPatience, is_over, [&] { return type + ": " + last_; });
    }

    /// Whether both ends of an alert that REST lists as resolved went out over NATS, now or soon, as REST tells them.
    testing::AssertionResult both_went_out(const json& alert) {
        const std::string id = std::string(kSubject) + ":" + alert.at("id").get<std::string>();
        const auto went_out = [&](const std::string& state) {
            const auto message =
                inbox_.newest([&](const nats::Message& m) { return header(m, kId) == id + ":" + state; });
            const json body = message ? json::parse(message->body) : json();
            return message && header(*message, "Watchtower-World") == "default" && body.at("world") == "default" &&
                   body.at("state") == state && body.at("type") == alert.at("type") &&
                   body.at("severity") == alert.at("severity") && body.at("opened_at") == alert.at("opened_at") &&
                   body.at("resolved_at") == (state == "active" ? json() : alert.at("resolved_at"));
        };
        return eventually(
            kPatience, [&] { return went_out("active") && went_out("resolved"); }, [&] { return alert.dump(); });
    }

    /// The log must be numbered from 1 without gaps, each alert opened once and resolved at most once; and each of its
    /// entries goes out once and in its order, to those who read the stream and to those who listen.
    void expect_a_log_without_gaps() const {
        EXPECT_EQ(postgres_.ask("select count(*) = max(number) and min(number) = 1 from alert_log"), "t");
        EXPECT_EQ(postgres_.ask("select count(*) from (select from alert_log group by alert ->> 'id', alert ->> 'state'"
                                " having count(*) > 1) twice"),
                  "0");
        EXPECT_EQ(postgres_.ask("select count(distinct alert ->> 'id') = (select count(*) from alerts) from alert_log"),
                  "t");
        std::string logged;
        const auto is_out = [&logged](const std::vector<nats::Message>& messages) {
            std::string sent;
            for (const auto& message : messages) {
                sent += header(message, "Watchtower-Alert-Number") + " " + header(message, kId) + "\n";
            }
            return sent == logged;
        };
        EXPECT_TRUE(eventually(
            kPatience,
            [&] {
                logged =
                    postgres_.ask(std::string("select string_agg(number || ' ") + kSubject +
                                  ":' || (alert ->> 'id') || ':' || (alert ->> 'state') || E'\\n', '' order by number)"
                                  " from alert_log");
                return is_out(inbox_.messages()) && is_out(read_stream(nats_.url(), "WATCHTOWER", kSubject));
            },
            [&] { return logged; }));
    }

    const std::string most_actions_;
    PostgresServer postgres_{{.durable = true, .settings = {}}};  // one that is killed keeps what it has committed
    RedisServer redis_;
    NatsServer nats_{{.jetstream = true}};
    const NatsInbox inbox_{nats_.url(), kSubject};
    Simulator simulator_{{.flags = {{"sim-players", "40"}, {"sim-warmup", "900"}}}};
    Service collector_{"collector", options("management-port", "watchtower")};
    Service gateway_{"api-gateway", options("port")};
    Service exporter_{"exporter", options("port")};
    Service publisher_{"publisher", options("management-port")};
    std::string last_;
};

TEST_F(Alerts, OfAGameThatStandsStillResolveWhenItGoesOn) {
    ASSERT_TRUE(opens("low_activity", "warning"));
    const json alert = listed("active", "low_activity").at(0);
    EXPECT_EQ(alert.at("value"), 0);
    EXPECT_EQ(alert.at("threshold"), 10);
    EXPECT_EQ(alert.at("state"), "active");
    EXPECT_TRUE(alert.at("resolved_at").is_null());
    EXPECT_EQ(alert.at("message"), "0 actions in 1500 milliseconds");
    EXPECT_TRUE(promtool_accepts(exporter_.get("/metrics").body));
    EXPECT_TRUE(eventually(kPatience, [&] {
        simulator_.step(60);
        return listed("active", "low_activity").empty() && exports("low_activity", "warning", 0);
    }));
    json resolved = listed("resolved", "low_activity");
    EXPECT_EQ(resolved.back().at("id"), alert.at("id"));
    EXPECT_GT(resolved.back().at("resolved_at"), alert.at("opened_at"));
    EXPECT_TRUE(both_went_out(resolved.back()));
    EXPECT_TRUE(opens("low_activity", "warning")) << "and again";
    EXPECT_NE(listed("active", "low_activity").at(0).at("id"), alert.at("id"));
    expect_a_log_without_gaps();
}

TEST_F(Alerts, OfLostAttacksResolveWhenNobodyAttacks) {
    ASSERT_TRUE(opens("low_activity", "warning")) << "windows are complete";
    EXPECT_TRUE(eventually(kPatience, [&] {
        simulator_.step(120);
        return !listed("active", "high_failure_rate").empty() && exports("high_failure_rate", "warning", 1);
    }));
    EXPECT_TRUE(resolves("high_failure_rate", "warning"));
    EXPECT_GT(listed("resolved", "high_failure_rate").at(0).at("value"), 0.02);
    EXPECT_TRUE(both_went_out(listed("resolved", "high_failure_rate").at(0)));
    expect_a_log_without_gaps();
}

TEST_F(Alerts, OfGoldInOneHandResolveWhenItIsShared) {
    ASSERT_EQ(simulator_.post("/admin/hoard?percent=90").status, 200);
    ASSERT_TRUE(opens("resource_concentration", "warning"));
    EXPECT_NEAR(listed("active", "resource_concentration").at(0).at("value"), 0.9, 0.02);
    ASSERT_EQ(simulator_.post("/admin/hoard?percent=3").status, 200);
    EXPECT_TRUE(resolves("resource_concentration", "warning"));
    EXPECT_NEAR(listed("resolved", "resource_concentration").at(0).at("value"), 0.9, 0.02) << "the worst";
    EXPECT_TRUE(both_went_out(listed("resolved", "resource_concentration").at(0)));
    expect_a_log_without_gaps();
}

TEST_F(Alerts, OfSectionsThatFailAreOneEach) {
    simulator_.set_faults(
        R"([{"kind":"status","status":500,"section":"pvp"},{"kind":"invalid_json","section":"events"}])");
    ASSERT_TRUE(opens("source_down", "critical", 2));
    simulator_.set_faults(R"([{"kind":"invalid_json","section":"events"}])");
    ASSERT_TRUE(opens("source_down", "critical", 1));
    EXPECT_EQ(listed("active", "source_down").at(0).at("message").get<std::string>().find("events could not"), 0);
    simulator_.set_faults("[]");
    EXPECT_TRUE(resolves("source_down", "critical"));
    EXPECT_EQ(listed("resolved", "source_down").size(), 2);
    for (const json& alert : listed("resolved", "source_down")) {
        EXPECT_TRUE(both_went_out(alert));
    }
    expect_a_log_without_gaps();
}

TEST_F(Alerts, OfAGameThatBeginsAnewResolveAfterTwoWindows) {
    ASSERT_TRUE(opens("low_activity", "warning"));
    simulator_.reset();
    ASSERT_TRUE(opens("world_reset", "info"));
    EXPECT_TRUE(resolves("world_reset", "info"));
    EXPECT_TRUE(both_went_out(listed("resolved", "world_reset").at(0)));
    expect_a_log_without_gaps();
}

TEST_F(Alerts, OfDataAtRiskOpenWhileTheOutboxIsFullAndResolveWhenItIsEmpty) {
    ASSERT_TRUE(opens("low_activity", "warning"));
    postgres_.kill();
    ASSERT_TRUE(opens("data_at_risk", "critical")) << "shown from Redis";
    postgres_.start();
    EXPECT_TRUE(resolves("data_at_risk", "critical"));
    EXPECT_GE(listed("resolved", "data_at_risk").at(0).at("value"), 1);
    EXPECT_TRUE(both_went_out(listed("resolved", "data_at_risk").at(0)));
    expect_a_log_without_gaps();
}

TEST_F(Alerts, SurviveTheirCollector) {
    ASSERT_TRUE(opens("low_activity", "warning"));
    simulator_.set_faults(R"([{"kind":"status","status":500,"section":"dwellings"}])");
    ASSERT_TRUE(opens("source_down", "critical"));
    const std::string id = listed("active", "source_down").at(0).at("id");
    collector_.kill();
    const Service other("collector", options("management-port", "watchtower"));
    const std::string before = postgres_.ask("select max(tick) from snapshots");
    ASSERT_TRUE(eventually(kPatience, [&] { return postgres_.ask("select max(tick) from snapshots") != before; }));
    EXPECT_EQ(listed("active", "source_down").at(0).at("id"), id);
    simulator_.set_faults("[]");
    EXPECT_TRUE(resolves("source_down", "critical"));
    EXPECT_EQ(listed("resolved", "source_down").at(0).at("id"), id);
    EXPECT_EQ(listed("resolved", "source_down").size(), 1);
    EXPECT_TRUE(both_went_out(listed("resolved", "source_down").at(0)));
    expect_a_log_without_gaps();
}

/// Players can do 250 actions in a tick at most.
class SuspectAlerts : public Alerts {
protected:
    SuspectAlerts() : Alerts("250") {}

    /// Lets the game go on for a while, at most once in a tick.
    void play() {
        const std::string tick = postgres_.ask("select max(tick) from snapshots");
        if (std::exchange(played_in_, tick) != tick) {
            simulator_.step(60);
        }
    }

    /// What REST lists of the suspects.
    [[nodiscard]] json suspects(const std::string& query = "") {
        last_ = gateway_.get("/api/v1/moderation/suspects" + query).body;
        return json::parse(last_).at("suspects");
    }

    /// The players of the newest set that went out, and of the one that the stream has; nothing: they are two.
    [[nodiscard]] std::optional<json> newest_set() const {
        const auto heard = sets_.newest();
        const auto kept = read_stream(nats_.url(), "WATCHTOWER", kSets);
        return heard && !kept.empty() && kept.back().body == heard->body
                   ? std::optional(json::parse(heard->body).at("suspect_ids"))
                   : std::nullopt;
    }

    static constexpr const char* kSets = "ccc.watchtower.suspect_moves";
    const NatsInbox sets_{nats_.url(), kSets};
    std::string played_in_;
};

TEST_F(SuspectAlerts, OfACheaterResolveWhenAModeratorDismissesHim) {
    ASSERT_TRUE(opens("low_activity", "warning")) << "the world is known";
    EXPECT_EQ(suspects(), json::array());
    ASSERT_EQ(simulator_.post("/admin/cheat?kind=moves&percent=100").status, 200);
    ASSERT_TRUE(eventually(
        kPatience, [&] { return play(), !suspects().empty(); }, [&] { return last_; }));
    const json suspect = suspects().at(0);
    ASSERT_EQ(suspects().size(), 1) << "the others play fair: " << last_;
    const std::string player = suspect.at("player_id");
    EXPECT_EQ(suspect.at("kind"), "moves");
    EXPECT_EQ(suspect.at("state"), "open");
    EXPECT_EQ(suspect.at("evidence").at("rule"), "bound");
    EXPECT_GT(suspect.at("evidence").at("value"), suspect.at("evidence").at("limit"));
    ASSERT_TRUE(opens("suspect_player", "warning"));
    ASSERT_TRUE(eventually(kPatience, [&] { return newest_set() == json::array({player}); }));

    const auto posted =
        gateway_.post("/api/v1/moderation/suspects/" + player, {}, R"({"decision":"dismissed","note":"a test"})");
    ASSERT_EQ(posted.status, 202) << posted.body;
    const std::string task = "/api/v1/tasks/" + json::parse(posted.body).at("id").get<std::string>();
    ASSERT_TRUE(eventually(
        kPatience,
        [&] { return json::parse(last_ = gateway_.get(task).body).at("state") == "done"; },
        [&] { return last_; }));
    EXPECT_EQ(suspects().at(0).at("state"), "dismissed");
    EXPECT_EQ(suspects().at(0).at("note"), "a test");
    EXPECT_EQ(suspects("?state=open"), json::array());
    EXPECT_TRUE(resolves("suspect_player", "warning"));
    EXPECT_TRUE(both_went_out(listed("resolved", "suspect_player").at(0)));
    EXPECT_TRUE(eventually(kPatience, [&] { return newest_set() == json::array(); }));

    const json before = suspects().at(0);
    for (int i = 0; i < 4; ++i) {
        const std::string tick = postgres_.ask("select max(tick) from snapshots");
        ASSERT_TRUE(
            eventually(kPatience, [&] { return play(), postgres_.ask("select max(tick) from snapshots") != tick; }));
    }
    EXPECT_EQ(suspects("?state=open"), json::array()) << "he cheats on, and is not accused again";
    EXPECT_EQ(listed("active", "suspect_player"), json::array());
    EXPECT_EQ(newest_set(), json::array());
    EXPECT_EQ(suspects().at(0).at("opened_at"), before.at("opened_at"));
    expect_a_log_without_gaps();
}

}  // namespace
}  // namespace watchtower::test
