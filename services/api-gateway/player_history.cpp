#include "services/api-gateway/player_history.hpp"

#include <algorithm>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"
#include "services/api-gateway/moment.hpp"

namespace watchtower::gateway {

namespace {

using std::chrono::days;

constexpr const char* kOneMoment = "set transaction isolation level repeatable read";

// In each: $1 the world, $2 the player.

constexpr const char* kIsKnown = "select exists (select from player_current where world = $1 and player_id = $2)";

/// The player's first change that is kept itself, and the last tick that is rolled up; milliseconds since the epoch.
constexpr const char* kWhatIsKept = R"(
select extract(epoch from (select tick from player_activity where world = $1 and player_id = $2
                           order by tick limit 1)) * 1000,
       extract(epoch from (select nullif(daily_tick, '-infinity') from rollups where world = $1)) * 1000)";

// Further: $3 the range's begin; what happened up to $4 is taken from the days, the rest as it is.

constexpr const char* kLastChangeBefore = R"(
select extract(epoch from tick) * 1000, nomads, actions, trim_scale(gold), trim_scale(spice), dwellings, highest_level
from ((select tick, nomads, actions, gold, spice, dwellings, highest_level
       from player_activity
       where world = $1 and player_id = $2 and tick < $3::timestamptz and tick > $4::timestamptz
       order by tick desc limit 1)
      union all
      (select tick, nomads, actions, gold, spice, dwellings, highest_level
       from player_daily
       where world = $1 and player_id = $2 and day <= $3::timestamptz and tick < $3::timestamptz
             and tick <= $4::timestamptz
       order by day desc limit 1)
      union all
      (select changed_at, nomads, actions, gold, spice, dwellings, highest_level
       from player_current
       where world = $1 and player_id = $2 and changed_at < $3::timestamptz)) both_kinds
order by tick desc limit 1)";

/// $5 the range's end, $6 a step's seconds.
constexpr const char* kStepsWithChanges = R"(
with changes as (
    select tick, nomads, actions, gold, spice, dwellings, highest_level, actions_added, nomads_created,
           gold_collected, gold_spent, spice_collected, spice_spent
    from player_activity
    where world = $1 and player_id = $2 and tick >= $3::timestamptz and tick < $5::timestamptz
          and tick > $4::timestamptz
    union all
    select tick, nomads, actions, gold, spice, dwellings, highest_level, actions_added, nomads_created,
           gold_collected, gold_spent, spice_collected, spice_spent
    from player_daily
    where world = $1 and player_id = $2 and day >= date_bin('1 day', $3::timestamptz, 'epoch')
          and day < $5::timestamptz and tick >= $3::timestamptz and tick < $5::timestamptz
          and tick <= $4::timestamptz
), steps as (
    select floor(extract(epoch from tick - $3::timestamptz) / $6::bigint)::bigint as step, max(tick) as tick,
           sum(actions_added) as actions_added, sum(nomads_created) as nomads_created,
           sum(gold_collected) as gold_collected, sum(gold_spent) as gold_spent,
           sum(spice_collected) as spice_collected, sum(spice_spent) as spice_spent
    from changes
    group by 1
)
select s.step, c.nomads, c.actions, trim_scale(c.gold), trim_scale(c.spice), c.dwellings, c.highest_level,
       s.actions_added, s.nomads_created, trim_scale(s.gold_collected), trim_scale(s.gold_spent),
       trim_scale(s.spice_collected), trim_scale(s.spice_spent)
from steps s join changes c on c.tick = s.tick
order by s.step)";

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    if (milliseconds.is_null()) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(static_cast<std::int64_t>(milliseconds.as<double>())));
}

/// `count` columns after the first.
std::vector<std::string> read_numbers(const pqxx::row& row, std::size_t begin, std::size_t count) {
    std::vector<std::string> numbers;
    for (std::size_t column = begin; column < begin + count; ++column) {
        numbers.emplace_back(row[static_cast<pqxx::row::size_type>(column)].c_str());
    }
    return numbers;
}

/// The last tick that is taken from the days.
std::string days_until(pqxx::transaction_base& transaction,
                       const std::string& world,
                       const std::string& player_id,
                       const Steps& steps) {
    const auto row = transaction.exec_params1(kWhatIsKept, world, player_id);
    const auto first_change = read_time(row[0]);
    const auto rolled_up = read_time(row[1]);
    if (steps.length % days(1) == days(0)) {
        return rolled_up ? to_rfc3339(*rolled_up) : "-infinity";
    }
    return first_change ? to_rfc3339(*first_change - Milliseconds(1)) : "infinity";
}

template <typename Names>
void append_numbers(std::string& out, const Names& names, const std::vector<std::string>& numbers) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        out.append(",\"").append(names[i]).append("\":").append(numbers.at(i));
    }
}

void append_levels(std::string& out, const PlayerHistory::Levels& levels) {
    out += R"({"time":)";
    proto::append_time(out, levels.time);
    append_numbers(out, kPlayerLevels, levels.values);
}

}  // namespace

std::optional<PlayerHistory> query_player_history(pqxx::transaction_base& transaction,
                                                  const std::string& world,
                                                  const std::string& player_id,
                                                  const Range& range,
                                                  Milliseconds interval) {
    const Steps steps = choose_steps(range, interval);
    transaction.exec0(kOneMoment);
    if (!transaction.exec_params1(kIsKnown, world, player_id)[0].as<bool>()) {
        return std::nullopt;
    }
    std::vector<std::string> question = {
        world, player_id, to_rfc3339(steps.begin), days_until(transaction, world, player_id, steps)};
    const auto ask = [&](const char* sql) {
        return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(question));
    };
    PlayerHistory history{player_id, steps.length, std::nullopt, {}};
    for (const auto& row : ask(kLastChangeBefore)) {
        history.before = {read_time(row[0]).value_or(TimePoint()), read_numbers(row, 1, kPlayerLevels.size())};
    }
    question.push_back(to_rfc3339(std::min(steps.end(), kLastMoment)));
    question.push_back(std::to_string(steps.length.count()));
    for (const auto& row : ask(kStepsWithChanges)) {
        history.points.push_back({{steps.at(row[0].as<std::int64_t>()), read_numbers(row, 1, kPlayerLevels.size())},
                                  read_numbers(row, 1 + kPlayerLevels.size(), kPlayerCounters.size())});
    }
    return history;
}

std::string encode(const PlayerHistory& history) {
    std::string out = R"({"player_id":)";
    append_json_string(out, history.player_id);
    out.append(R"(,"step":)").append(std::to_string(history.step.count()));
    out += R"(,"before":)";
    if (history.before) {
        append_levels(out, *history.before);
        out += '}';
    } else {
        out += "null";
    }
    out += R"(,"points":[)";
    const char* separator = "";
    for (const auto& point : history.points) {
        out += separator;
        append_levels(out, point.levels);
        append_numbers(out, kPlayerCounters, point.added);
        out += '}';
        separator = ",";
    }
    return out + "]}";
}

}  // namespace watchtower::gateway
