#include "services/api-gateway/dashboard.hpp"

#include <map>

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

namespace {

// In each: $1 the world, $2 the tick before the window, $3 the last tick of it.

constexpr const char* kWhoWasActive = R"(
with players as (
    select player_id, sum(actions_added) as actions, sum(gold_collected) as gold, sum(spice_collected) as spice
    from player_activity
    where world = $1 and tick > $2::timestamptz and tick <= $3::timestamptz
    group by player_id
), most_active as (
    select player_id, actions,
           count(*) filter (where actions > 0) over () as active_players,
           sum(gold) over () as gold_collected,
           sum(spice) over () as spice_collected
    from players
    order by actions desc, player_id collate "C"
    limit 10
)
select m.player_id, trim_scale(m.actions), m.active_players,
       trim_scale(m.gold_collected), trim_scale(m.spice_collected),
       c.highest_level, trim_scale(c.gold), trim_scale(c.spice)
from most_active m left join player_current c on c.world = $1 and c.player_id = m.player_id
order by m.actions desc, m.player_id collate "C")";

constexpr const char* kHowFarCountersRose = R"(
select m.metric, trim_scale(
    (select g.value from gameplay_metrics g
     where g.world = $1 and g.metric = m.metric and g.tick <= $3::timestamptz
     order by g.tick desc limit 1)
    - coalesce(
        (select g.value from gameplay_metrics g
         where g.world = $1 and g.metric = m.metric and g.tick <= $2::timestamptz
         order by g.tick desc limit 1),
        (select 0 from worlds w where w.world = $1 and w.first_seen > $2::timestamptz),
        (select g.value from gameplay_metrics g
         where g.world = $1 and g.metric = m.metric and g.tick > $2::timestamptz and g.tick <= $3::timestamptz
         order by g.tick limit 1)))
from unnest(array['actions', 'attacks', 'attacks_successful', 'dwellings_destroyed']) as m (metric))";

constexpr const char* kWhichEventsHappened = R"(
select event_type, sum(count), sum(affected_players)
from event_metrics
where world = $1 and tick > $2::timestamptz and tick <= $3::timestamptz
group by event_type
having sum(count) > 0
order by sum(count) desc, event_type collate "C"
limit 5)";

std::optional<JsonNumber> number_or_nothing(const pqxx::field& field) {
    return field.is_null() ? std::nullopt : std::optional<JsonNumber>(field.c_str());
}

void append(std::string& out, const std::optional<JsonNumber>& number) {
    out += number ? *number : "null";
}

/// Rounded to a millionth; 0 where nobody acted.
std::optional<JsonNumber> average(const std::optional<JsonNumber>& total, std::uint64_t players) {
    if (!total) {
        return std::nullopt;
    }
    const auto amount = proto::parse_amount(*total);
    if (!amount) {
        throw Error("dashboard: total_actions: " + *total + " is out of range");
    }
    const auto divisor = static_cast<proto::Amount::Millionths>(players);
    return players == 0 ? "0" : proto::to_text(proto::Amount{(amount->millionths + divisor / 2) / divisor});
}

void append_player(std::string& out, const DashboardStats::Player& player) {
    out += R"({"player_id":)";
    append_json_string(out, player.player_id);
    out += R"(,"actions":)" + player.actions;
    out += R"(,"dwelling_level":)" + std::to_string(player.highest_level);
    out += R"(,"resources":{"gold":)" + player.gold + R"(,"spice":)" + player.spice + "}}";
}

void append_event_type(std::string& out, const DashboardStats::EventType& event) {
    out += R"({"type":)";
    append_json_string(out, event.type);
    out += R"(,"count":)" + event.count + R"(,"affected_players":)" + event.affected_players + '}';
}

template <typename List, typename AppendElement>
void append_list(std::string& out, const List& list, AppendElement append_element) {
    const char* separator = "[";
    for (const auto& element : list) {
        out += separator;
        append_element(out, element);
        separator = ",";
    }
    out += list.empty() ? "[]" : "]";
}

void read_players(const pqxx::result& rows, DashboardStats& stats) {
    for (const auto& row : rows) {
        stats.active_players = row[2].as<std::uint64_t>();
        stats.gold_collected = row[3].c_str();
        stats.spice_collected = row[4].c_str();
        const std::string actions = row[1].c_str();
        // No row of the present: the player was erased since.
        if (actions == "0" || row[5].is_null()) {
            continue;
        }
        stats.top_players.push_back(
            {row[0].c_str(), actions, row[5].as<std::int32_t>(), row[6].c_str(), row[7].c_str()});
    }
}

}  // namespace

DashboardStats query_dashboard(pqxx::transaction_base& transaction, const DashboardQuestion& question) {
    const std::string before = to_rfc3339(question.tick - question.time_window);
    const std::string last = to_rfc3339(question.tick);
    DashboardStats stats;
    read_players(transaction.exec_params(kWhoWasActive, question.world, before, last), stats);

    const std::map<std::string, std::optional<JsonNumber>*> counters = {
        {"actions", &stats.total_actions},
        {"attacks", &stats.total_attacks},
        {"attacks_successful", &stats.successful_attacks},
        {"dwellings_destroyed", &stats.destroyed_dwellings}};
    for (const auto& row : transaction.exec_params(kHowFarCountersRose, question.world, before, last)) {
        *counters.at(row[0].c_str()) = number_or_nothing(row[1]);
    }
    for (const auto& row : transaction.exec_params(kWhichEventsHappened, question.world, before, last)) {
        stats.top_events.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str()});
    }
    return stats;
}

std::string encode(const DashboardStats& stats, const DashboardQuestion& question, TimePoint timestamp) {
    std::string out = R"({"active_players":)";
    proto::append_count(out, stats.active_players);
    out += R"(,"total_actions":)";
    append(out, stats.total_actions);
    out += R"(,"avg_actions_per_player":)";
    append(out, average(stats.total_actions, stats.active_players));
    out += R"(,"resources_collected":{"gold":)" + stats.gold_collected;
    out += R"(,"spice":)" + stats.spice_collected;
    out += R"(},"pvp_activity":{"total_attacks":)";
    append(out, stats.total_attacks);
    out += R"(,"successful_attacks":)";
    append(out, stats.successful_attacks);
    out += R"(,"destroyed_dwellings":)";
    append(out, stats.destroyed_dwellings);
    out += R"(},"top_players":)";
    append_list(out, stats.top_players, append_player);
    out += R"(,"top_events":)";
    append_list(out, stats.top_events, append_event_type);
    out += R"(,"time_window":)" + std::to_string(question.time_window.count());
    out += R"(,"timestamp":)";
    proto::append_time(out, timestamp);
    return out + '}';
}

}  // namespace watchtower::gateway
