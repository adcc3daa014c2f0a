#include <algorithm>
#include <cmath>
#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include "proto-json/state.hpp"
#include "tests/e2e/dashboard_truth.hpp"
#include "tests/e2e/panel_queries.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/truth.hpp"
#include "tests/support/url_text.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr seconds kPatience{60};
constexpr seconds kRange{3600};
const std::vector<std::string> kJobs = {"collector", "api-gateway", "exporter", "publisher"};
const std::string kAwkwardPlayer = R"(O'Neil "the \ one" $1 ${world} é%_ --;)";

/// One name is the beginning of the other, and has what a regular expression could take for something else.
const std::vector<std::string> kWorlds = {"north", "north-2"};

/// Everything that stands behind the dashboards, with two exporters that show the same.
class Dashboards : public testing::Test {
protected:
    Service::Options options(const char* listener, const std::string& role = "watchtower_reader") const {
        return {.environment = {{"CCC_WORLDS_FILE", worlds_file_},
                                {"METRICS_COLLECTION_INTERVAL", "1"},
                                {"PUBLISH_INTERVAL", "1"},
                                {"ALERT_RESOURCE_WARNING", "0.01"},  // one opens
                                {"DATABASE_URL", postgres_.url("watchtower", role)},
                                {"REDIS_URL", redis_.url()},
                                {"NATS_URL", nats_.url()},
                                {"API_AUTH", "none"}},
                .listener = listener,
                .wait_for = "/health"};
    }

    [[nodiscard]] std::string write_worlds() const {
        json worlds = json::array();
        for (const std::string& world : kWorlds) {
            worlds.push_back({{"name", world}, {"url", simulator_.url(world)}});
        }
        return folder_.write("worlds.json", worlds.dump());
    }

    [[nodiscard]] Truth truth(const std::vector<std::string>& worlds) {
        Truth truth;
        for (const std::string& world : worlds) {
            truth.add(json::parse(simulator_.truth(world)));
        }
        return truth;
    }

    testing::AssertionResult truth_is_stored() {
        std::string last_seen = "nothing stored";
        return eventually(
            kPatience,
            [&] {
                last_seen.clear();
                for (const std::string& world : kWorlds) {
                    const std::string state = postgres_.ask("select state from snapshots where world = '" + world +
                                                            "' order by tick desc limit 1");
                    last_seen += differences(simulator_.truth(world), proto::decode_state(state));
                }
                return last_seen.empty();
            },
            [&] { return last_seen; });
    }

    [[nodiscard]] pqxx::result sql(const std::string& text) const {
        pqxx::connection connection(postgres_.url("watchtower", "watchtower_reader"));
        const pqxx::quiet_errorhandler quiet(connection);
        pqxx::read_transaction transaction(connection);
        return transaction.exec(text);
    }

    /// How many series or rows a query gives.
    [[nodiscard]] std::size_t size(const PanelQuery& query, TimeRange range) {
        if (query.is_sql) {
            return sql(query.text).size();
        }
        if (query.instant) {
            return prometheus_.query(query.text).size();
        }
        const std::string path = "/api/v1/query_range?query=" + percent_encoded(query.text) +
                                 "&start=" + std::to_string(range.from) + "&end=" + std::to_string(range.to) +
                                 "&step=" + std::to_string(query.step);
        return json::parse(prometheus_.get(path)).at("data").at("result").size();
    }

    /// The queries that give nothing or fail, a line each. `language`: only those.
    [[nodiscard]] std::string silent(const json& variables, const std::string& language = "") {
        const TimeRange range = last(kRange);
        std::string lines;
        for (const PanelQuery& query : panel_queries(variables, range)) {
            if (language == "promql" && query.is_sql) {
                continue;
            }
            try {
                if (size(query, range) == 0) {
                    lines += query.name() + ": nothing: " + query.text + "\n";
                }
            } catch (const std::exception& e) {
                lines += query.name() + ": " + e.what() + ": " + query.text + "\n";
            }
        }
        return lines;
    }

    /// What a query shows of the series with these labels; NaN when there is none. There must not be several.
    [[nodiscard]] double shown(const std::string& expression, const std::map<std::string, std::string>& labels) {
        double shown = std::nan("");
        for (const auto& sample : prometheus_.query(expression)) {
            const auto& has = sample.labels;
            if (std::includes(has.begin(), has.end(), labels.begin(), labels.end())) {
                EXPECT_TRUE(std::isnan(shown)) << "several: " << expression;
                shown = sample.value;
            }
        }
        return shown;
    }

    /// The panels that show other numbers than they must, a line each.
    [[nodiscard]] std::string wrong(const std::vector<std::string>& worlds, const std::vector<Expected>& all) {
        const auto queries = panel_queries({{"world", worlds}, {"job", kJobs}, {"player", ""}}, last(kRange));
        std::string lines;
        for (const Expected& expected : all) {
            const double value =
                shown(find(queries, expected.file, expected.panel, expected.ref).text, expected.labels);
            if (std::isnan(value) || std::abs(value - expected.number) > 1e-9 * std::abs(expected.number)) {
                lines += expected.file + ": " + expected.panel + ": " + json(expected.labels).dump() + ": " +
                         std::to_string(value) + ", truth: " + std::to_string(expected.number) + "\n";
            }
        }
        return lines;
    }

    testing::AssertionResult shows(const std::vector<std::string>& worlds, const std::vector<Expected>& all) {
        std::string last_seen;
        return eventually(
            kPatience, [&] { return (last_seen = wrong(worlds, all)).empty(); }, [&] { return last_seen; });
    }

    /// "Where it came from and went" must be what the simulator says of the world.
    void expect_the_books_of(const std::string& world) {
        const json truth = json::parse(simulator_.truth(world));
        const auto queries = panel_queries({{"world", {world}}}, last(kRange), "economy.json");
        const pqxx::result rows = sql(find(queries, "economy.json", "Where it came from and went").text);
        ASSERT_EQ(rows.size(), 2);
        for (const auto& row : rows) {
            const std::string resource = row["resource"].c_str();
            EXPECT_EQ(row["held"].as<double>(), truth[resource]["stock"].get<double>()) << resource;
            for (const char* flow : {"collected", "spent", "joined", "left"}) {
                EXPECT_EQ(row[flow].as<double>(), truth["observed"][resource][flow].get<double>()) << resource << flow;
            }
        }
    }

    /// Each player that a table lists must have the simulator's numbers.
    void expect_the_players_of(const std::string& world) {
        const json players = json::parse(simulator_.get("/truth?players=1&world=" + world).body)["by_player"];
        const auto queries = panel_queries({{"world", world}}, last(kRange), "players.json");
        const pqxx::result rows = sql(find(queries, "players.json", "Most active players").text);
        EXPECT_EQ(rows.size(), std::min<std::size_t>(players.size(), 50));
        for (const auto& row : rows) {
            const json& player = players.at(row["player"].c_str());
            double actions = 0;
            for (const auto& [name, count] : player["actions"].items()) {
                actions += count.get<double>();
            }
            EXPECT_EQ(row["actions"].as<double>(0), actions) << row["player"].c_str();
            EXPECT_EQ(row["nomads"].as<double>(0), player["nomads"].get<double>()) << row["player"].c_str();
            EXPECT_EQ(row["gold"].as<double>(0), player["gold"].get<double>()) << row["player"].c_str();
        }
        const pqxx::result counts = sql(find(queries, "players.json", "Players").text);
        EXPECT_EQ(counts.at(0)["in the game"].as<std::size_t>(), players.size());
    }

    /// What the ticks added, event by event, must be all that there was.
    void expect_the_events_of(const std::string& world) {
        const json truth = json::parse(simulator_.truth(world))["observed"]["events"]["by_type"];
        const auto queries = panel_queries({{"world", {world}}}, last(kRange), "pvp-events.json");
        const pqxx::result rows = sql(find(queries, "pvp-events.json", "Latest events").text);
        EXPECT_EQ(sql(find(queries, "pvp-events.json", "annotation Events of the game", "Anno").text).size(),
                  rows.size());
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> events;
        for (const auto& row : rows) {
            auto& [count, affected] = events[row["type"].c_str()];
            count += row["events"].as<std::int64_t>();
            affected += row["players affected"].as<std::int64_t>();
        }
        for (const auto& [type, event] : truth.items()) {
            EXPECT_EQ(events[type].first, event["count"].get<std::int64_t>()) << type;
            EXPECT_EQ(events[type].second, event["affected_players"].get<std::int64_t>()) << type;
        }
    }

    /// What a rule of Grafana compares with its threshold: of Prometheus without labels, of PostgreSQL by its text
    /// columns.
    [[nodiscard]] std::map<std::string, double> judged(const std::string& rule) {
        const auto queries = panel_queries(json::object(), last(kRange), "rules.yml");
        const PanelQuery& query = find(queries, "rules.yml", "rule " + rule);
        std::map<std::string, double> values;
        if (!query.is_sql) {
            for (const auto& sample : prometheus_.query(query.text)) {
                values[""] = sample.value;
            }
            return values;
        }
        for (const auto& row : sql(query.text)) {
            std::string labels;
            for (pqxx::row::size_type column = 0; column + 1 < row.size(); ++column) {
                labels += (column == 0 ? "" : " ") + row[column].as<std::string>();
            }
            values[labels] = row[row.size() - 1].as<double>();
        }
        return values;
    }

    /// Rows that take a day or a cheater to come by themselves, of a player whose name is anything but plain.
    void give_every_table_a_row() {
        const std::string name = "'" + std::regex_replace(kAwkwardPlayer, std::regex("'"), "''") + "'";
        postgres_.run("create table player_daily_test partition of player_daily default");
        postgres_.run(
            "insert into player_current select world, " + name +
            R"(, first_seen, now(), now(), true, true, true, nomads, actions, '{"move": 3}', actions_counted,)"
            " gold, spice, dwellings, highest_level, null from player_current where world = 'north' limit 1");
        postgres_.run("insert into player_activity select world, " + name +
                      ", tick, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 from player_activity where world = 'north' limit 1");
        postgres_.run("insert into player_daily select world, " + name +
                      ", date_bin('1 day', now(), 'epoch'), now(), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 from worlds");
        postgres_.run("insert into suspects values ('north', 'moves', " + name +
                      R"(, 'open', true, 2, '{"rule": "bound", "value": 2, "limit": 1}', now(), now(), null, null))");
        postgres_.run(
            "insert into suspect_log values ('north', 1000000, 'moves', now(),"
            R"( '{"suspect_ids": ["a"], "comment": "b"}'))");
    }

    TemporaryFolder folder_;
    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator simulator_{{.flags = {{"sim-worlds", "north,north-2"}, {"sim-players", "40"}, {"sim-warmup", "900"}}}};
    std::string worlds_file_ = write_worlds();
    Service collector_{"collector", options("management-port", "watchtower")};
    Service gateway_{"api-gateway", options("port")};
    Service exporter_{"exporter", options("port")};
    Service other_exporter_{"exporter", options("port")};
    Service publisher_{"publisher", options("management-port")};
    PrometheusServer prometheus_{{.targets = {{"collector", {collector_.port()}},
                                              {"api-gateway", {gateway_.port_of("management-port")}},
                                              {"exporter", {exporter_.port(), other_exporter_.port()}},
                                              {"publisher", {publisher_.port()}}},
                                  .rule_files = {WATCHTOWER_RULES}}};
};

TEST_F(Dashboards, ShowTheTruth) {
    ASSERT_TRUE(truth_is_stored());
    const Truth before = truth(kWorlds);
    const Truth north_before = truth({"north"});
    ASSERT_TRUE(shows(kWorlds, numbers_now(before)));
    simulator_.step(1800);
    ASSERT_EQ(simulator_.post("/admin/step?seconds=600&world=north-2").status, 200);
    ASSERT_TRUE(truth_is_stored());
    const Truth now = truth(kWorlds);
    const Truth north = truth({"north"});
    EXPECT_TRUE(shows(kWorlds, numbers_now(now)));
    EXPECT_TRUE(shows(kWorlds, numbers_since(before, now)));
    EXPECT_TRUE(shows({"north"}, numbers_now(north)));
    EXPECT_TRUE(shows({"north"}, numbers_since(north_before, north)));
    expect_the_books_of("north");
    expect_the_players_of("north");
    expect_the_events_of("north");
}

TEST_F(Dashboards, HaveNoQueryWithoutAnAnswer) {
    ASSERT_TRUE(truth_is_stored());
    give_every_table_a_row();
    std::string last_seen;
    EXPECT_TRUE(eventually(
        kPatience,
        [&] {
            simulator_.step(60);
            (void)gateway_.get("/api/v1/metrics/current");
            last_seen = silent({{"world", "north"}, {"job", kJobs}, {"player", kAwkwardPlayer}});
            return last_seen.empty();
        },
        [&] { return last_seen; }));
    EXPECT_EQ(silent({{"world", kWorlds}, {"job", kJobs}, {"player", kAwkwardPlayer}}, "promql"), "");
}

/// What the dashboards of the prototype that Watchtower follows asked.
TEST_F(Dashboards, OfTheOriginalStillGetTheirNumbers) {
    ASSERT_TRUE(truth_is_stored());
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    const json north = json::parse(simulator_.truth("north"));
    const auto shown = [&](const std::string& selector) {
        const auto samples = prometheus_.query("max without (instance, pod) (" + selector + ")");
        return samples.size() == 1 ? samples.front().value : std::nan("");
    };
    EXPECT_TRUE(eventually(kPatience, [&] {
        return shown(R"(ccc_nomads{world="north"})") == north["nomads"]["total_nomads"].get<double>() &&
               shown(R"(ccc_resources{world="north",resource_type="gold"})") == north["gold"]["stock"].get<double>() &&
               shown(R"(ccc_dwellings{world="north",level="1"})") ==
                   north["dwellings"]["by_level"]["1"].get<double>() &&
               shown(R"(ccc_pvp_attacks_total{world="north",result="success"})") ==
                   north["observed"]["pvp"]["successful_attacks"].get<double>();
    }));
    EXPECT_TRUE(eventually(kPatience, [&] {
        return !prometheus_.query("sum(rate(ccc_nomad_actions_total[5m])) by (action_type)").empty() &&
               !prometheus_.query("sum(rate(ccc_pvp_actions_total[5m])) by (action_type)").empty();
    }));
}

TEST_F(Dashboards, ShowTheTruthWhileOneExporterIsAway) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(shows(kWorlds, numbers_now(truth(kWorlds))));
    other_exporter_.kill();
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    EXPECT_TRUE(shows(kWorlds, numbers_now(truth(kWorlds))));
}

TEST_F(Dashboards, HaveRulesThatTellWhatTheyShould) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(eventually(kPatience, [&] { return judged("NoGameMetrics")[""] == 2; }));
    const auto quiet = [&] {
        const auto open = judged("OpenCriticalAlert");
        return open.size() == 4 &&
               std::all_of(open.begin(), open.end(), [](const auto& kind) { return kind.second == 0; });
    };
    EXPECT_TRUE(eventually(kPatience, quiet));
    simulator_.set_faults(R"([{"kind":"status","status":500,"section":"pvp"}])");
    EXPECT_TRUE(eventually(kPatience, [&] { return judged("OpenCriticalAlert")["north-2 source_down"] == 1; }));
    simulator_.set_faults("[]");
    EXPECT_TRUE(eventually(kPatience, quiet));
    EXPECT_EQ(collector_.stop(), 0);
    EXPECT_TRUE(eventually(kPatience, [&] { return judged("NothingStored")["north-2"] > 3; }));
    exporter_.kill();
    other_exporter_.kill();
    EXPECT_TRUE(eventually(kPatience, [&] { return judged("NoGameMetrics").empty(); })) << "which is an alert, too";
}

TEST_F(Dashboards, SayWhenNobodyCollects) {
    ASSERT_TRUE(truth_is_stored());
    const auto stale_sections = [&] {
        const auto queries = panel_queries({{"world", kWorlds}}, last(kRange), "gameplay.json");
        std::size_t stale = 0;
        for (const auto& sample : prometheus_.query(find(queries, "gameplay.json", "Stale sections").text)) {
            stale += sample.value == 1 ? 1 : 0;
        }
        return stale;
    };
    ASSERT_TRUE(eventually(kPatience, [&] { return stale_sections() == 0; }));
    EXPECT_EQ(collector_.stop(), 0);
    EXPECT_TRUE(eventually(kPatience, [&] { return stale_sections() == 10; })) << "five of each world";
    const auto queries = panel_queries({{"world", "north"}, {"job", kJobs}}, last(kRange), "pipeline.json");
    EXPECT_TRUE(eventually(kPatience, [&] {
        return prometheus_.query(find(queries, "pipeline.json", "Not running").text).at(0).value == 1;
    }));
}

}  // namespace
}  // namespace watchtower::test
