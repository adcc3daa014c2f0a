#include "services/collector/history/roll_up.hpp"

#include <algorithm>
#include <optional>

#include "services/collector/store/partitions.hpp"

namespace watchtower::collector::history {

namespace {

using std::chrono::days;
using std::chrono::hours;

/// A day of a million players is read and grouped in less.
constexpr Milliseconds kDeadline = std::chrono::minutes(10);

/// Of one transaction: a fuller day is rolled up in pieces.
constexpr std::int64_t kMostRows = 5'000'000;
constexpr std::int64_t kMostPieces = 24;

constexpr auto kGrantToReaders = "select grant_to_readers()";

constexpr auto kNoteWorld = "insert into rollups (world) values ($1) on conflict (world) do nothing";

/// Milliseconds since the epoch; null where there is nothing yet. Others wait until this transaction ends.
constexpr auto kHowFar =
    "select extract(epoch from nullif(r.hourly_tick, '-infinity')) * 1000,"
    " extract(epoch from nullif(r.daily_tick, '-infinity')) * 1000, extract(epoch from w.last_tick) * 1000"
    " from rollups r join worlds w on w.world = r.world where r.world = $1 for update of r";

/// Where the raw rows of a table begin, and how many there are of the day $2, of all worlds.
constexpr auto kOldestPartition =
    "select extract(epoch from min((regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\)'))[1]"
    "::timestamptz)) * 1000 from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass";
constexpr auto kRowsOfPartition =
    "select coalesce((select reltuples::bigint from pg_class where oid = to_regclass($1)), 0)";

// In each: $1 the world, rows with $2 < tick <= $3.

constexpr auto kRollUpHours =
    "insert into gameplay_hourly (world, hour, metric, tick, value)"
    " select distinct on (metric, hour) world, date_bin('1 hour', tick, 'epoch') as hour, metric, tick, value"
    " from gameplay_metrics where world = $1 and tick > $2 and tick <= $3 order by metric, hour, tick desc"
    " on conflict (world, metric, hour) do update set tick = excluded.tick, value = excluded.value";

constexpr auto kNoteFirstValues =
    "insert into gameplay_first (world, metric, tick, value)"
    " select distinct on (metric) world, metric, tick, value"
    " from gameplay_metrics where world = $1 and tick > $2 and tick <= $3 order by metric, tick"
    " on conflict (world, metric) do nothing";

constexpr auto kRollUpDay =
    "insert into player_daily as d"
    " (world, player_id, day, tick, nomads, actions, actions_added, nomads_created, gold, spice, gold_collected,"
    " gold_spent, spice_collected, spice_spent, dwellings, highest_level)"
    " select l.world, l.player_id, date_bin('1 day', l.tick, 'epoch'), l.tick, l.nomads, l.actions, s.actions_added,"
    " s.nomads_created, l.gold, l.spice, s.gold_collected, s.gold_spent, s.spice_collected, s.spice_spent, l.dwellings,"
    " l.highest_level"
    " from (select player_id, max(tick) as tick, sum(actions_added) as actions_added,"
    " sum(nomads_created) as nomads_created, sum(gold_collected) as gold_collected, sum(gold_spent) as gold_spent,"
    " sum(spice_collected) as spice_collected, sum(spice_spent) as spice_spent"
    " from player_activity where world = $1 and tick > $2 and tick <= $3 group by player_id) s"
    " join player_activity l on l.world = $1 and l.player_id = s.player_id and l.tick = s.tick"
    " and l.tick > $2 and l.tick <= $3"
    " on conflict (world, player_id, day) do update set tick = excluded.tick, nomads = excluded.nomads,"
    " actions = excluded.actions, actions_added = d.actions_added + excluded.actions_added,"
    " nomads_created = d.nomads_created + excluded.nomads_created, gold = excluded.gold, spice = excluded.spice,"
    " gold_collected = d.gold_collected + excluded.gold_collected, gold_spent = d.gold_spent + excluded.gold_spent,"
    " spice_collected = d.spice_collected + excluded.spice_collected,"
    " spice_spent = d.spice_spent + excluded.spice_spent, dwellings = excluded.dwellings,"
    " highest_level = excluded.highest_level";

constexpr auto kNoteHours = "update rollups set hourly_tick = $2 where world = $1";
constexpr auto kNoteDays = "update rollups set daily_tick = $2 where world = $1";

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    if (milliseconds.is_null()) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(static_cast<std::int64_t>(milliseconds.as<double>())));
}

/// One of the two roll-ups.
struct Kind {
    const char* source;
    const char* target;
    pqxx::row::size_type column;  ///< of kHowFar
    const char* note;
    bool of_players;
};

constexpr Kind kHours{"gameplay_metrics", "gameplay_hourly", 0, kNoteHours, false};
constexpr Kind kDays{"player_activity", "player_daily", 1, kNoteDays, true};

/// The part (after, last] of a world's ticks that is rolled up next.
struct Part {
    TimePoint after;
    TimePoint last;
};

/// Nothing is left to do before `until`.
std::optional<Part> next_part(pqxx::work& transaction, const Kind& kind, const std::string& world, TimePoint until) {
    const pqxx::result found = transaction.exec_params(kHowFar, world);
    const auto last_tick = found.empty() ? std::nullopt : read_time(found[0][2]);
    const auto begin = read_time(transaction.exec_params1(kOldestPartition, kind.source)[0]);
    if (!last_tick || !begin) {
        return std::nullopt;
    }
    constexpr Milliseconds kInstant{1};  // a tick has whole ones
    const TimePoint done = read_time(found[0][kind.column]).value_or(TimePoint::min());
    const TimePoint after = std::max(done, *begin - kInstant);
    const TimePoint next = after + kInstant;
    const Period day = day_of(next);
    const auto rows = transaction.exec_params1(kRowsOfPartition, kind.source + ("_" + day.suffix))[0];
    const std::int64_t pieces = std::clamp(rows.as<std::int64_t>() / kMostRows + 1, std::int64_t{1}, kMostPieces);
    const Milliseconds piece = Milliseconds(days(1)) / pieces + kInstant;
    const TimePoint end = std::min(day.begin + ((next - day.begin) / piece + 1) * piece, day.end);
    const Part part{after, std::min({end - kInstant, until - kInstant, *last_tick})};
    return part.last > part.after ? std::optional(part) : std::nullopt;
}

std::int64_t roll_up_part(pqxx::work& transaction, const Kind& kind, const std::string& world, const Part& part) {
    const std::string after = to_rfc3339(part.after);
    const std::string last = to_rfc3339(part.last);
    make_partition(transaction, kind.target, month_of(part.last));
    const auto rows =
        transaction.exec_params(kind.of_players ? kRollUpDay : kRollUpHours, world, after, last).affected_rows();
    if (!kind.of_players) {
        transaction.exec_params0(kNoteFirstValues, world, after, last);
    }
    transaction.exec_params0(kind.note, world, last);
    return static_cast<std::int64_t>(rows);
}

/// The rows it made; nothing: all was done.
std::optional<std::int64_t> roll_up_next(postgres::Client& postgres,
                                         const Kind& kind,
                                         const std::string& world,
                                         TimePoint until) {
    return postgres.transaction(kDeadline, [&](pqxx::work& transaction) {
        transaction.exec_params0(kNoteWorld, world);
        const auto part = next_part(transaction, kind, world, until);
        return part ? std::optional(roll_up_part(transaction, kind, world, *part)) : std::nullopt;
    });
}

}  // namespace

std::int64_t make_partitions(postgres::Client& postgres, TimePoint now) {
    return postgres.transaction([now](pqxx::work& transaction) {
        std::int64_t made = 0;
        for (const std::string table : kTablesByDay) {
            for (const Period& day : {day_of(now), day_of(now + days(1))}) {
                made += make_partition(transaction, table, day) ? 1 : 0;
            }
        }
        for (const std::string table : kTablesByMonth) {
            for (const Period& month : {month_of(now), month_of(month_of(now).end)}) {
                made += make_partition(transaction, table, month) ? 1 : 0;
            }
        }
        transaction.exec(kGrantToReaders);
        return made;
    });
}

RolledUp roll_up(postgres::Client& postgres, const std::string& world, TimePoint now, const std::stop_token& stop) {
    RolledUp result;
    for (const Kind& kind : {kHours, kDays}) {
        const TimePoint until = tick_at_or_before(now, kind.of_players ? Milliseconds(days(1)) : hours(1));
        std::optional<std::int64_t> rows = 0;
        while (rows && !stop.stop_requested()) {
            rows = roll_up_next(postgres, kind, world, until);
            (kind.of_players ? result.daily_rows : result.hourly_rows) += rows.value_or(0);
            result.transactions += rows ? 1 : 0;
        }
    }
    return result;
}

}  // namespace watchtower::collector::history
