#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "proto-json/state.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/promtool.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/truth.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

/// The documents a subscriber has got, by tick in epoch seconds.
std::map<std::string, std::string> documents(const NatsInbox& inbox) {
    std::map<std::string, std::string> by_tick;
    for (const auto& message : inbox.messages()) {
        by_tick[header(message, "Watchtower-Tick")] = message.body;
    }
    return by_tick;
}

class Pipeline : public testing::Test {
protected:
    std::map<std::string, std::string> environment(const std::string& role) const {
        return {{"CCC_API_URL", simulator_.url()},
                {"METRICS_COLLECTION_INTERVAL", "1"},
                {"PUBLISH_INTERVAL", "1"},
                {"DATABASE_URL", postgres_.url("watchtower", role)},
                {"REDIS_URL", redis_.url()},
                {"NATS_URL", nats_.url()},
                {"API_AUTH", "none"}};
    }

    Service::Options options(const char* listener, const std::string& role = "watchtower_reader") const {
        return {.environment = environment(role), .listener = listener, .wait_for = "/health"};
    }

    [[nodiscard]] std::string stored(const std::string& column, const std::string& where = "true") const {
        return postgres_.ask("select " + column + " from snapshots where " + where + " order by tick desc limit 1");
    }

    testing::AssertionResult truth_is_stored() {
        std::string last = "nothing stored";
        return eventually(
            seconds(20),
            [&] {
                last = differences(simulator_.truth(), proto::decode_state(stored("state")));
                return last.empty();
            },
            [&] { return last; });
    }

    testing::AssertionResult gateway_is_ready() {
        return eventually(seconds(10), [&] { return gateway_.get("/ready").status == 200; });
    }

    /// A line "name{…} value" of the game's metrics that must be there.
    testing::AssertionResult exported(const std::string& line) {
        return eventually(
            seconds(10),
            [&] { return exporter_.get("/metrics").body.find("\n" + line + "\n") != std::string::npos; },
            [&] { return "no line '" + line + "'"; });
    }

    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator simulator_{{.flags = {{"sim-players", "60"}, {"sim-warmup", "900"}}}};
    Service collector_{"collector", options("management-port", "watchtower")};
    Service gateway_{"api-gateway", options("port")};
    Service exporter_{"exporter", options("port")};
    Service publisher_{"publisher", options("management-port")};
    NatsInbox subscriber_{nats_.url(), "metrics.watchtower"};
};

TEST_F(Pipeline, ShowsEveryReaderTheTruthOfTheGame) {
    ASSERT_TRUE(truth_is_stored());
    simulator_.step(600);
    ASSERT_TRUE(truth_is_stored());
    const json truth = json::parse(simulator_.truth());

    json current;
    EXPECT_TRUE(eventually(
        seconds(10),
        [&] {
            current = json::parse(gateway_.get("/api/v1/metrics/current").body);
            return current["pvp"]["total_attacks"] == truth["observed"]["pvp"]["total_attacks"] &&
                   current["nomads"]["total_nomads"] == truth["nomads"]["total_nomads"];
        },
        [&] { return current.dump(); }));
    EXPECT_EQ(current["resources"]["total_gold"], truth["gold"]["stock"]);
    EXPECT_EQ(current["dwellings"]["total"], truth["dwellings"]["total"]);
    EXPECT_FALSE(current.contains("stale"));
    for (const char* section : {"nomads", "resources", "dwellings", "pvp", "events"}) {
        json alone = json::parse(gateway_.get(std::string("/api/v1/metrics/") + section).body);
        alone.erase("timestamp");
        EXPECT_EQ(alone, current[section]) << section;
    }

    EXPECT_TRUE(exported(R"(ccc_nomads{world="default"} )" + truth["nomads"]["total_nomads"].dump()));
    EXPECT_TRUE(exported(R"(ccc_players{world="default"} )" + truth["players"].dump()));
    for (const char* resource : {"gold", "spice"}) {
        const std::string labels = std::string(R"({world="default",resource_type=")") + resource + R"("} )";
        EXPECT_TRUE(exported("ccc_resources" + labels + truth[resource]["stock"].dump()));
        EXPECT_TRUE(
            exported("ccc_resources_collected_total" + labels + truth["observed"][resource]["collected"].dump()));
        EXPECT_TRUE(exported("ccc_resources_spent_total" + labels + truth["observed"][resource]["spent"].dump()));
    }
    for (const auto& [action, count] : truth["observed"]["actions"].items()) {
        EXPECT_TRUE(
            exported(R"(ccc_nomad_actions_total{world="default",action_type=")" + action + R"("} )" + count.dump()));
    }
    for (const auto& [type, event] : truth["observed"]["events"]["by_type"].items()) {
        if (event["count"] > 0) {
            EXPECT_TRUE(exported(R"(ccc_events_triggered_total{world="default",event_type=")" + type + R"("} )" +
                                 event["count"].dump()));
        }
    }
    EXPECT_TRUE(exported(R"(ccc_pvp_attacks_total{world="default",result="success"} )" +
                         truth["observed"]["pvp"]["successful_attacks"].dump()));
    EXPECT_TRUE(promtool_accepts(exporter_.get("/metrics").body));

    const json stats = json::parse(gateway_.get("/api/v1/dashboard/stats?time_window=3600").body);
    EXPECT_EQ(stats["pvp_activity"]["total_attacks"], truth["observed"]["pvp"]["total_attacks"]);
    EXPECT_EQ(stats["resources_collected"]["gold"], truth["observed"]["gold"]["collected"]);
}

TEST_F(Pipeline, ShowsTheSameDocumentOfATickOverRestNatsAndSql) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(gateway_is_ready());
    for (int i = 0; i < 3; ++i) {
        simulator_.step(60);
        const auto rest = gateway_.get("/api/v1/metrics/current");
        ASSERT_EQ(rest.status, 200) << rest.body;
        const std::string tick(rest.header("watchtower-tick").value_or("none"));
        EXPECT_EQ(rest.body, stored("document", "tick = to_timestamp(" + tick + ")"));
        EXPECT_EQ(rest.body, gateway_.get("/api/v1/snapshots/" + tick).body);
        ASSERT_TRUE(eventually(seconds(10), [&] {
            const auto published = documents(subscriber_);
            return published.upper_bound(tick) != published.end();
        }));
    }
    const auto published = documents(subscriber_);
    EXPECT_GE(published.size(), 3U);
    for (const auto& [tick, document] : published) {
        EXPECT_EQ(document, stored("document", "tick = to_timestamp(" + tick + ")")) << tick;
    }
    const auto newest = subscriber_.newest();
    ASSERT_TRUE(newest);
    EXPECT_EQ(header(*newest, "Watchtower-World"), "default");
    EXPECT_TRUE(header(*newest, "Nats-Msg-Id").starts_with("metrics.watchtower:"));
}

TEST_F(Pipeline, CollectsOnRequest) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(gateway_is_ready());
    const auto queued = gateway_.post("/api/v1/metrics/collect");
    ASSERT_EQ(queued.status, 202) << queued.body;
    const std::string task(queued.header("location").value_or("none"));
    json shown;
    ASSERT_TRUE(eventually(
        seconds(10),
        [&] {
            shown = json::parse(gateway_.get(task).body);
            return shown["state"] == "done";
        },
        [&] { return shown.dump(); }));
    EXPECT_EQ(postgres_.ask("select count(*) from snapshots where tick = '" + shown["tick"].get<std::string>() + "'"),
              "1");
}

TEST_F(Pipeline, SaysEverywhereThatTheGameIsSimulated) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(gateway_is_ready());
    EXPECT_EQ(gateway_.get("/api/v1/metrics/current").header("watchtower-simulated"), "true");
    EXPECT_EQ(json::parse(gateway_.get("/api/v1/worlds").body)["worlds"][0]["simulated"], true);
    EXPECT_TRUE(exported(R"(watchtower_world_simulated{world="default"} 1)"));
    EXPECT_TRUE(eventually(seconds(10), [&] {
        return subscriber_.newest([](const auto& message) { return header(message, "Watchtower-Simulated") == "true"; })
            .has_value();
    }));
    EXPECT_EQ(postgres_.ask("select simulated from worlds"), "t");
}

TEST_F(Pipeline, ServesWhatItHasWhileRedisIsAway) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(gateway_is_ready());
    redis_.kill();
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    const json truth = json::parse(simulator_.truth());
    json current;
    EXPECT_TRUE(eventually(
        seconds(20),
        [&] {
            current = json::parse(gateway_.get("/api/v1/metrics/current").body);
            return current["resources"]["total_gold"] == truth["gold"]["stock"] &&
                   current["pvp"]["total_attacks"] == truth["observed"]["pvp"]["total_attacks"];
        },
        [&] { return current.dump(); }));
    EXPECT_TRUE(exported(R"(ccc_players{world="default"} )" + truth["players"].dump()));
}

TEST_F(Pipeline, SaysThatEverythingIsStaleWhenNobodyCollects) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(gateway_is_ready());
    EXPECT_EQ(collector_.stop(), 0);
    json current;
    EXPECT_TRUE(eventually(
        seconds(10),
        [&] {
            current = json::parse(gateway_.get("/api/v1/metrics/current").body);
            return current.contains("stale") && current["stale"].size() == 5;
        },
        [&] { return current.dump(); }));
    EXPECT_EQ(current["stale"]["nomads"]["error"], "collector_down");
    EXPECT_TRUE(exported(R"(ccc_section_stale{world="default",section="nomads"} 1)"));
}

TEST_F(Pipeline, EndsWithZeroEverywhereWhenToldTo) {
    ASSERT_TRUE(truth_is_stored());
    for (Service* service : {&publisher_, &exporter_, &gateway_, &collector_}) {
        EXPECT_EQ(service->stop(), 0) << service->output();
    }
    EXPECT_EQ(simulator_.stop(), 0);
}

}  // namespace
}  // namespace watchtower::test
