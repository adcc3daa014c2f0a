#include "tests/e2e/dashboards.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <regex>

#include "proto-json/state.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/truth.hpp"
#include "tests/support/url_text.hpp"

namespace watchtower::test {

using nlohmann::json;

namespace {

constexpr std::size_t kTopPlayers = 20;  // EXPORTER_TOP_PLAYERS

double highest_level(const json& player) {
    double highest = 0;
    for (const auto& [level, count] : player["dwellings"].items()) {
        highest = count == 0 ? highest : std::max(highest, std::stod(level));
    }
    return highest;
}

double sum_of_actions(const json& player) {
    double sum = 0;
    for (const auto& [name, count] : player["actions"].items()) {
        sum += count.get<double>();
    }
    return sum;
}

}  // namespace

Service::Options Dashboards::options(const char* listener, const std::string& role) const {
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

std::string Dashboards::write_worlds() const {
    json worlds = json::array();
    for (const std::string& world : kWorlds) {
        worlds.push_back({{"name", world}, {"url", simulator_.url(world)}});
    }
    return folder_.write("worlds.json", worlds.dump());
}

Truth Dashboards::truth(const std::vector<std::string>& worlds) {
    Truth truth;
    for (const std::string& world : worlds) {
        truth.add(json::parse(simulator_.truth(world)));
    }
    return truth;
}

testing::AssertionResult Dashboards::truth_is_stored() {
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

pqxx::result Dashboards::sql(const std::string& text) const {
    pqxx::connection connection(postgres_.url("watchtower", "watchtower_reader"));
    const pqxx::quiet_errorhandler quiet(connection);
    pqxx::read_transaction transaction(connection);
    return transaction.exec(text);
}

std::size_t Dashboards::size(const PanelQuery& query, TimeRange range) {
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

std::string Dashboards::silent(const json& variables, const std::string& language) {
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

double Dashboards::shown(const std::string& expression, const std::map<std::string, std::string>& labels) {
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

std::string Dashboards::wrong(const std::vector<std::string>& worlds, const std::vector<Expected>& all) {
    const auto queries = panel_queries({{"world", worlds}, {"job", kJobs}, {"player", ""}}, last(kRange));
    std::string lines;
    for (const Expected& expected : all) {
        const double value = shown(find(queries, expected.file, expected.panel, expected.ref).text, expected.labels);
        if (std::isnan(value) || std::abs(value - expected.number) > 1e-9 * std::abs(expected.number)) {
            lines += expected.file + ": " + expected.panel + ": " + json(expected.labels).dump() + ": " +
                     std::to_string(value) + ", truth: " + std::to_string(expected.number) + "\n";
        }
    }
    return lines;
}

testing::AssertionResult Dashboards::shows(const std::vector<std::string>& worlds, const std::vector<Expected>& all) {
    std::string last_seen;
    return eventually(
        kPatience, [&] { return (last_seen = wrong(worlds, all)).empty(); }, [&] { return last_seen; });
}

void Dashboards::expect_the_books_of(const std::string& world) {
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

void Dashboards::expect_the_players_of(const std::string& world) {
    const json players = json::parse(simulator_.get("/truth?players=1&world=" + world).body)["by_player"];
    const auto queries = panel_queries({{"world", world}}, last(kRange), "players.json");
    const pqxx::result rows = sql(find(queries, "players.json", "Most active players").text);
    EXPECT_EQ(rows.size(), std::min<std::size_t>(players.size(), 50));
    for (const auto& row : rows) {
        const json& player = players.at(row["player"].c_str());
        EXPECT_EQ(row["actions"].as<double>(0), sum_of_actions(player)) << row["player"].c_str();
        EXPECT_EQ(row["nomads"].as<double>(0), player["nomads"].get<double>()) << row["player"].c_str();
        EXPECT_EQ(row["gold"].as<double>(0), player["gold"].get<double>()) << row["player"].c_str();
    }
    const pqxx::result counts = sql(find(queries, "players.json", "Players").text);
    EXPECT_EQ(counts.at(0)["in the game"].as<std::size_t>(), players.size());
}

testing::AssertionResult Dashboards::shows_the_top_players_of(const std::string& world) {
    const json players = json::parse(simulator_.get("/truth?players=1&world=" + world).body)["by_player"];
    const auto queries = panel_queries({{"world", world}}, last(kRange), "gameplay.json");
    std::string wrong;
    const auto compare = [&](const std::string& ref, const std::function<double(const json&)>& number) {
        const auto samples = prometheus_.query(find(queries, "gameplay.json", "Most active players", ref).text);
        wrong += samples.size() == kTopPlayers ? "" : ref + ": " + std::to_string(samples.size()) + " players\n";
        for (const auto& sample : samples) {
            const std::string& player = sample.labels.at("player_id");
            if (sample.value != number(players.at(player))) {
                wrong.append(ref).append(" of ").append(player).append("\n");
            }
        }
    };
    const auto is_right = [&] {
        wrong.clear();
        compare("A", sum_of_actions);
        compare("B", [](const json& player) { return player["nomads"].get<double>(); });
        compare("C", [](const json& player) { return player["gold"].get<double>(); });
        compare("D", [](const json& player) { return player["spice"].get<double>(); });
        compare("E", highest_level);
        return wrong.empty();
    };
    return eventually(kPatience, is_right, [&] { return wrong; });
}

void Dashboards::expect_the_events_of(const std::string& world) {
    const json truth = json::parse(simulator_.truth(world))["observed"]["events"]["by_type"];
    const auto queries = panel_queries({{"world", {world}}}, last(kRange), "pvp-events.json");
    const pqxx::result rows = sql(find(queries, "pvp-events.json", "Latest events").text);
    EXPECT_EQ(sql(find(queries, "pvp-events.json", "annotation Events of the game", "Anno").text).size(), rows.size());
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

std::map<std::string, double> Dashboards::judged(const std::string& rule) {
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

void Dashboards::give_every_table_a_row() {
    const std::string name = "'" + std::regex_replace(kAwkwardPlayer, std::regex("'"), "''") + "'";
    postgres_.run("create table player_daily_test partition of player_daily default");
    postgres_.run("insert into player_current select world, " + name +
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

}  // namespace watchtower::test
