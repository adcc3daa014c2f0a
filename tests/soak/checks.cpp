#include "tests/soak/checks.hpp"

#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "common/redis/client.hpp"
#include "proto-json/names.hpp"
#include "tests/support/truth.hpp"

namespace watchtower::test {

namespace {

using nlohmann::json;

/// SQL that gives the number of rows that are wrong in a world, or a number that must be 0. $W stands for the world.
struct Rule {
    std::string_view what;
    std::string_view wrong;
};

constexpr std::array kRules = {
    Rule{"a snapshot's row and its state name different ticks or documents",
         "select count(*) from snapshots where world = $W and ((state->>'tick')::timestamptz <> tick or"
         " (state->>'timestamp')::timestamptz <> \"timestamp\" or (state->'document')::text <> document::text)"},
    Rule{"a tick is stored twice", "select count(*) - count(distinct tick) from snapshots where world = $W"},
    Rule{"a tick is no multiple of the interval",
         "select count(*) from snapshots where world = $W and (extract(epoch from tick) * 1000)::bigint % 500 <> 0"},
    Rule{"worlds.last_tick is not the newest snapshot's",
         "select count(*) from worlds w where world = $W and last_tick is distinct from"
         " (select max(tick) from snapshots s where s.world = w.world)"},
    Rule{"a reading began before that of the tick before",
         "select count(*) from (select \"timestamp\" < lag(\"timestamp\") over (order by tick) as back"
         " from snapshots where world = $W) t where back"},
    Rule{"a counter fell from one snapshot to the next",
         "select count(*) from (select value < lag(value) over (partition by name order by tick) as fell from ("
         "select tick, 'attacks' as name, (state->'totals'->>'attacks')::numeric as value from snapshots where world = "
         "$W"
         " union all select tick, 'won', (state->'totals'->>'attacks_successful')::numeric from snapshots where world "
         "= $W"
         " union all select tick, 'destroyed', (state->'totals'->>'dwellings_destroyed')::numeric from snapshots"
         "  where world = $W"
         " union all select tick, 'created', (state->'totals'->>'nomads_created')::numeric from snapshots where world "
         "= $W"
         " union all select tick, 'action ' || a.key, a.value::numeric from snapshots,"
         "  json_each_text(state->'totals'->'actions') a where world = $W"
         " union all select tick, 'gold ' || f.key, f.value::numeric from snapshots,"
         "  json_each_text(state->'totals'->'gold') f where world = $W"
         " union all select tick, 'spice ' || f.key, f.value::numeric from snapshots,"
         "  json_each_text(state->'totals'->'spice') f where world = $W"
         " union all select tick, 'event ' || e.key, (e.value->>'count')::numeric from snapshots,"
         "  json_each(state->'totals'->'events') e where world = $W) counters) steps where fell"},
    Rule{"a metric of a tick that has no snapshot",
         "select count(*) from gameplay_metrics m where world = $W and not exists"
         " (select from snapshots s where s.world = m.world and s.tick = m.tick)"},
    Rule{"a snapshot whose own numbers are not in gameplay_metrics",
         "select count(*) from snapshots s where world = $W and state->'sections'->'pvp'->>'error' is null and"
         " state->'sections'->'pvp'->>'last_good' is not null and not exists (select from gameplay_metrics m"
         "  where m.world = s.world and m.tick = s.tick and m.metric = 'attacks'"
         "  and m.value = (s.state->'totals'->>'attacks')::numeric)"},
    Rule{"a player's actions_counted is not the sum of his actions_added",
         "select count(*) from player_current c where world = $W and actions_counted <> (select coalesce("
         "sum(actions_added), 0) from player_activity a where a.world = c.world and a.player_id = c.player_id)"},
    Rule{"a player's newest activity is not player_current",
         "select count(*) from player_current c where world = $W and not exists (select from player_activity a"
         " where a.world = c.world and a.player_id = c.player_id and a.tick = c.changed_at and a.nomads = c.nomads and"
         " a.actions = c.actions and a.gold = c.gold and a.spice = c.spice and a.dwellings = c.dwellings and"
         " a.highest_level = c.highest_level and a.tick = (select max(tick) from player_activity b"
         "  where b.world = c.world and b.player_id = c.player_id))"},
    Rule{"activity of nobody in player_current",
         "select count(*) from player_activity a where world = $W and not exists"
         " (select from player_current c where c.world = a.world and c.player_id = a.player_id)"},
    Rule{"the sum of actions_added is not the total's",
         "select (select coalesce(sum(actions_added), 0) from player_activity where world = $W) -"
         " (select sum(a.value::numeric) from newest, json_each_text(state->'totals'->'actions') a)"},
    Rule{"the sum of nomads_created is not the total's",
         "select (select coalesce(sum(nomads_created), 0) from player_activity where world = $W) -"
         " (select (state->'totals'->>'nomads_created')::numeric from newest)"},
    Rule{"the sums of collected and spent are not the totals'",
         "select abs(sum(gold_collected) - (select (state->'totals'->'gold'->>'collected')::numeric from newest)) +"
         " abs(sum(gold_spent) - (select (state->'totals'->'gold'->>'spent')::numeric from newest)) +"
         " abs(sum(spice_collected) - (select (state->'totals'->'spice'->>'collected')::numeric from newest)) +"
         " abs(sum(spice_spent) - (select (state->'totals'->'spice'->>'spent')::numeric from newest))"
         " from player_activity where world = $W"},
    Rule{"gold is not what was there first + collected - spent + joined - left",
         "select (n.state->'document'->'resources'->>'total_gold')::numeric -"
         " (f.state->'document'->'resources'->>'total_gold')::numeric - "
         "(n.state->'totals'->'gold'->>'collected')::numeric"
         " + (n.state->'totals'->'gold'->>'spent')::numeric - (n.state->'totals'->'gold'->>'joined')::numeric"
         " + (n.state->'totals'->'gold'->>'left')::numeric from newest n, first_read f"},
    Rule{"spice is not what was there first + collected - spent + joined - left",
         "select (n.state->'document'->'resources'->>'total_spice')::numeric -"
         " (f.state->'document'->'resources'->>'total_spice')::numeric"
         " - (n.state->'totals'->'spice'->>'collected')::numeric + (n.state->'totals'->'spice'->>'spent')::numeric"
         " - (n.state->'totals'->'spice'->>'joined')::numeric + (n.state->'totals'->'spice'->>'left')::numeric"
         " from newest n, first_read f"},
    Rule{"the sums of event_metrics are not the totals'",
         "select count(*) from newest, json_each(state->'totals'->'events') e where"
         " (e.value->>'count')::numeric + 1000000 * (e.value->>'affected_players')::numeric is distinct from"
         " (select sum(count) + 1000000 * sum(affected_players) from event_metrics m"
         " where m.world = $W and m.event_type = e.key)"},
    Rule{"the remembered combats are not as many as were counted",
         "select (select count(*) from list_entries where world = $W and section = 'pvp') -"
         " (select (state->'totals'->>'attacks')::bigint from newest)"},
    Rule{"the remembered events are not as many as were counted",
         "select (select count(*) from list_entries where world = $W and section = 'events') -"
         " (select sum((e.value->>'count')::bigint) from newest, json_each(state->'totals'->'events') e)"},
};

constexpr std::string_view kWith =
    "with newest as (select state from snapshots where world = $W order by tick desc limit 1), first_read as ("
    "select state from snapshots where world = $W and state->'document'->>'resources' is not null"
    " order by tick limit 1) ";

std::string for_world(std::string_view sql, const std::string& world) {
    std::string text(sql);
    for (std::size_t at = text.find("$W"); at != std::string::npos; at = text.find("$W", at)) {
        text.replace(at, 2, "'" + world + "'");
    }
    return text;
}

json rows(Stage& stage, const std::string& sql) {
    return json::parse(stage.postgres.ask("select coalesce(json_agg(t), '[]') from (" + sql + ") t"));
}

json truth(Stage& stage, const std::string& world) {
    const auto answer = stage.game.get("/truth?players=1&world=" + world);
    if (answer.status != 200) {
        throw std::runtime_error("no truth: " + answer.reason);
    }
    return json::parse(answer.body);
}

/// A player's numbers as player_current names them.
json player_numbers(const json& told) {
    std::uint64_t actions = 0;
    for (const auto& [name, count] : told["actions"].items()) {
        actions += count.get<std::uint64_t>();
    }
    std::uint64_t dwellings = 0;
    int highest = 0;
    for (const auto& [level, count] : told["dwellings"].items()) {
        dwellings += count.get<std::uint64_t>();
        highest = count > 0 ? std::max(highest, std::stoi(level)) : highest;
    }
    return {{"nomads", told["nomads"]},
            {"actions", actions},
            {"gold", told["gold"]},
            {"spice", told["spice"]},
            {"dwellings", dwellings},
            {"highest_level", highest}};
}

std::string player_differences(Stage& stage, const std::string& world) {
    std::map<std::string, json> stored;
    for (const json& row :
         rows(stage,
              "select player_id, json_build_object('nomads', nomads, 'actions', actions, 'gold', gold,"
              " 'spice', spice, 'dwellings', dwellings, 'highest_level', highest_level) as numbers"
              " from player_current where world = '" +
                  world + "'")) {
        stored[row["player_id"].get<std::string>()] = row["numbers"];
    }
    const json told = truth(stage, world)["by_player"];
    std::string text;
    for (const auto& [player, numbers] : told.items()) {
        const json expected = player_numbers(numbers);
        if (stored[player] != expected) {
            text += "player " + player + ": " + stored[player].dump() + ", truth: " + expected.dump() + "\n";
        }
    }
    if (stored.size() != told.size()) {
        text += std::to_string(stored.size()) + " players stored, truth: " + std::to_string(told.size()) + "\n";
    }
    return text;
}

/// Prometheus text by series; the game's families only.
std::map<std::string, double> samples(const std::string& text) {
    std::map<std::string, double> all;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("ccc_")) {
            const std::size_t space = line.rfind(' ');
            all[line.substr(0, space)] = std::stod(line.substr(space + 1));
        }
    }
    return all;
}

std::map<std::string, double> expected_samples(const proto::State& state) {
    std::map<std::string, double> all;
    const std::string world = "{world=\"" + state.world + "\"";
    const auto add = [&](const std::string& family, const std::string& label, const std::string& value, double number) {
        std::string series = family + world;
        if (!label.empty()) {
            series.append(",").append(label).append("=\"").append(value).append("\"");
        }
        all[series + "}"] = number;
    };
    const auto whole = [](std::uint64_t number) { return static_cast<double>(number); };
    add("ccc_nomads", "", "", whole(state.document.nomads->total_nomads));
    add("ccc_players", "", "", whole(state.players));
    for (const auto& [action, count] : state.totals.actions) {
        add("ccc_nomad_actions_total", "action_type", action, whole(count));
    }
    add("ccc_resources", "resource_type", "gold", to_double(state.document.resources->total_gold));
    add("ccc_resources", "resource_type", "spice", to_double(state.document.resources->total_spice));
    add("ccc_resources_collected_total", "resource_type", "gold", to_double(state.totals.gold.collected));
    add("ccc_resources_collected_total", "resource_type", "spice", to_double(state.totals.spice.collected));
    add("ccc_resources_spent_total", "resource_type", "gold", to_double(state.totals.gold.spent));
    add("ccc_resources_spent_total", "resource_type", "spice", to_double(state.totals.spice.spent));
    for (const auto& [level, count] : state.document.dwellings->by_level) {
        add("ccc_dwellings", "level", std::to_string(level), whole(count));
    }
    add("ccc_pvp_attacks_total", "result", "success", whole(state.totals.attacks_successful));
    add("ccc_pvp_attacks_total", "result", "failure", whole(state.totals.attacks - state.totals.attacks_successful));
    add("ccc_pvp_dwellings_destroyed_total", "", "", whole(state.totals.dwellings_destroyed));
    for (const auto& type : state.totals.events) {
        add("ccc_events_triggered_total", "event_type", type.type, whole(type.count));
        add("ccc_event_affected_players_total", "event_type", type.type, whole(type.affected_players));
    }
    return all;
}

proto::State stored_state(Stage& stage, const std::string& world, const std::string& where) {
    const std::string text = stage.postgres.ask("select state from snapshots where world = '" + world + "' and " +
                                                where + " order by tick desc limit 1");
    if (text.empty()) {
        throw std::runtime_error(world + ": no snapshot where " + where);
    }
    return proto::decode_state(text);
}

std::string metrics_differences(Stage& stage, const std::string& world, Service& reader, const std::string& who) {
    const auto shown = samples(reader.get("/metrics").body);
    const auto timestamp = shown.find("ccc_snapshot_timestamp_seconds{world=\"" + world + "\"}");
    if (timestamp == shown.end()) {
        return who + " shows nothing of " + world + "\n";
    }
    const auto moment = std::to_string(std::llround(timestamp->second * 1'000));
    const proto::State state =
        stored_state(stage, world, "(extract(epoch from \"timestamp\") * 1000)::bigint = " + moment);
    std::string text;
    for (const auto& [series, value] : expected_samples(state)) {
        const auto found = shown.find(series);
        if (found == shown.end() || std::abs(found->second - value) > 1e-6) {
            text.append(who).append(": ").append(series).append(" ");
            text.append(found == shown.end() ? "absent" : std::to_string(found->second));
            text.append(", snapshot: ").append(std::to_string(value)).append("\n");
        }
    }
    return text;
}

}  // namespace

std::string truth_differences(Stage& stage, const std::string& world) {
    json told = truth(stage, world);
    // Whatever readers missed in between: it stands in what the game says now that all are back.
    told["observed"]["actions"] = told["actions"];
    told["observed"]["pvp"] = told["pvp"];
    told["observed"]["events"] = told["events"];
    const proto::State state = stored_state(stage, world, "true");
    std::string text = differences(told.dump(), state, Flows::left_out);
    for (const auto section : proto::kSections) {
        if (const auto& error = state.sections[proto::index(section)].error) {
            text.append(to_text(section)).append(" failed: ").append(to_text(*error)).append("\n");
        }
    }
    return text;
}

std::string table_differences(Stage& stage, const std::string& world) {
    std::string text;
    for (const Rule& rule : kRules) {
        const std::string wrong = stage.postgres.ask(for_world(std::string(kWith).append(rule.wrong), world));
        if (wrong.empty() || std::stod(wrong) != 0) {
            text.append(world).append(": ").append(rule.what).append(": ").append(wrong).append("\n");
        }
    }
    return text + player_differences(stage, world);
}

std::string reader_differences(Stage& stage, const std::string& world) {
    std::string text;
    redis::Client client({.url = stage.redis.url()});
    const auto held = client.command({"HMGET", proto::state_key(world), proto::kStateTickField, proto::kStateField});
    const std::string tick = held.at(0).optional_text().value_or("0");
    if (held.at(1).optional_text() != stage.postgres.ask("select state from snapshots where world = '" + world +
                                                         "' and (extract(epoch from tick) * 1000)::bigint = " + tick)) {
        text += world + ": Redis holds another state of tick " + tick + " than PostgreSQL\n";
    }
    text += metrics_differences(stage, world, stage.exporter(), "exporter");
    text += metrics_differences(stage, world, stage.gateway(), "gateway");
    const auto document = stage.gateway().get("/api/v1/metrics/current?world=" + world);
    const std::string shown(document.header("watchtower-tick").value_or("0"));
    if (document.body != stage.postgres.ask("select document from snapshots where world = '" + world +
                                            "' and tick = to_timestamp(" + shown + ")")) {
        text += world + ": the gateway's document of tick " + shown + " is not the stored one: " + document.body + "\n";
    }
    return text;
}

std::vector<TimePoint> missing_ticks(Stage& stage, const std::string& world) {
    std::set<std::int64_t> stored;
    for (const json& row :
         rows(stage,
              "select (extract(epoch from tick) * 1000)::bigint as at from snapshots where world = '" + world + "'")) {
        stored.insert(row["at"].get<std::int64_t>());
    }
    std::vector<TimePoint> missing;
    if (stored.empty()) {
        return missing;
    }
    for (std::int64_t tick = *stored.begin(); tick < *stored.rbegin(); tick += kStageInterval.count()) {
        if (!stored.contains(tick)) {
            missing.emplace_back(Milliseconds(tick));
        }
    }
    return missing;
}

}  // namespace watchtower::test
