#include "services/api-gateway/engagement.hpp"

#include "common/world_state/averages.hpp"
#include "proto-json/amount.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

namespace {

using std::chrono::days;

constexpr const char* kOneMoment = "set transaction isolation level repeatable read";

// In each: $1 the world.

/// $2 the tick where the windows end.
constexpr const char* kWhoActedAndWhoIsNew = R"(
select count(*) filter (where last_active > $2::timestamptz - interval '5 minutes'),
       count(*) filter (where last_active > $2::timestamptz - interval '1 hour'),
       count(*) filter (where last_active > $2::timestamptz - interval '24 hours'),
       count(*) filter (where last_active > $2::timestamptz - interval '168 hours'),
       count(*) filter (where last_active > $2::timestamptz - interval '720 hours'),
       count(*) filter (where first_seen > $2::timestamptz - interval '24 hours'),
       count(*) filter (where first_seen > $2::timestamptz - interval '168 hours'),
       count(*) filter (where first_seen > $2::timestamptz - interval '720 hours')
from player_current
where world = $1)";

/// The last tick that is rolled up, which is one of a day that has ended.
constexpr const char* kLastDay =
    "select (extract(epoch from nullif(daily_tick, '-infinity')) * 1000)::bigint from rollups where world = $1";

/// $2 the day; columns: days before it, players first seen then, those of them who acted on it.
constexpr const char* kWhoCameBack = R"(
with active as (
    select player_id from player_daily where world = $1 and day = $2::timestamptz and actions_added > 0
)
select n.days, count(c.player_id), count(a.player_id)
from unnest(array[1, 7, 30]) as n (days)
left join player_current c on c.world = $1 and c.first_seen >= $2::timestamptz - n.days * interval '24 hours'
    and c.first_seen < $2::timestamptz - (n.days - 1) * interval '24 hours'
left join active a on a.player_id = c.player_id
group by n.days
order by n.days)";

/// $2 the day.
constexpr const char* kWhoHadBeenAway = R"(
select count(*)
from player_daily d join player_current c on c.world = $1 and c.player_id = d.player_id
where d.world = $1 and d.day = $2::timestamptz and d.actions_added > 0
    and c.first_seen < $2::timestamptz - interval '168 hours'
    and not exists (
        select from player_daily before
        where before.world = $1 and before.player_id = d.player_id and before.actions_added > 0
            and before.day >= $2::timestamptz - interval '168 hours' and before.day < $2::timestamptz))";

constexpr days kAway{7};

void append(std::string& out, const Engagement::Count& count) {
    out += count ? std::to_string(*count) : "null";
}

/// A share, rounded to a millionth; null where it is one of nothing.
void append_share(std::string& out, std::int64_t part, std::int64_t whole) {
    constexpr std::int64_t kMillion = 1'000'000;
    if (whole == 0) {
        out += "null";
    } else {
        proto::append_text(out, proto::Amount{(part * kMillion + whole / 2) / whole});
    }
}

template <typename Windows, typename Counts>
void append_windows(std::string& out, const Windows& windows, const Counts& counts) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
        out.append(i == 0 ? "{\"" : ",\"").append(windows[i].name).append("\":");
        append(out, counts[i]);
    }
    out += '}';
}

/// `first`: the world's first tick, which found players that may have been there for long.
void ask_about_now(pqxx::transaction_base& transaction,
                   const std::string& world,
                   const world_state::Reach& reach,
                   Engagement& engagement) {
    const pqxx::row row = transaction.exec_params1(kWhoActedAndWhoIsNew, world, to_rfc3339(reach.last));
    pqxx::row::size_type column = 0;
    const auto read = [&](const auto& windows, auto& counts) {
        for (std::size_t i = 0; i < windows.size(); ++i, ++column) {
            if (reach.first <= reach.last - windows[i].length) {
                counts[i] = row[column].template as<std::int64_t>();
            }
        }
    };
    read(kActiveWindows, engagement.active);
    read(kNewWindows, engagement.joined);
}

void ask_about_the_last_day(pqxx::transaction_base& transaction,
                            const std::string& world,
                            TimePoint first,
                            Engagement& engagement) {
    const pqxx::result found = transaction.exec_params(kLastDay, world);
    if (found.empty() || found[0][0].is_null()) {
        return;
    }
    const TimePoint day =
        tick_at_or_before(TimePoint(Milliseconds(found[0][0].as<std::int64_t>())), Milliseconds(days(1)));
    engagement.day = day;
    const pqxx::result rows = transaction.exec_params(kWhoCameBack, world, to_rfc3339(day));
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
        if (first < day - days(kRetentionDays[i])) {
            const auto row = rows[static_cast<pqxx::result::size_type>(i)];
            engagement.retention[i] = {row[1].as<std::int64_t>(), row[2].as<std::int64_t>()};
        }
    }
    if (first < day - kAway) {
        engagement.returning = transaction.exec_params1(kWhoHadBeenAway, world, to_rfc3339(day))[0].as<std::int64_t>();
    }
}

void append_retention(std::string& out, const std::optional<Engagement::Retention>& retention) {
    if (!retention) {
        out += "null";
        return;
    }
    out.append(R"({"players":)").append(std::to_string(retention->players));
    out.append(R"(,"returned":)").append(std::to_string(retention->returned));
    out += R"(,"share":)";
    append_share(out, retention->returned, retention->players);
    out += '}';
}

}  // namespace

Engagement query_engagement(pqxx::transaction_base& transaction, const std::string& world, TimePoint until) {
    transaction.exec0(kOneMoment);
    Engagement engagement;
    if (const auto reach = world_state::reach_of(transaction, world, "actions", until)) {
        engagement.tick = reach->last;
        ask_about_now(transaction, world, *reach, engagement);
        ask_about_the_last_day(transaction, world, reach->first, engagement);
    }
    return engagement;
}

std::string encode(const Engagement& engagement, TimePoint timestamp) {
    std::string out = R"({"active_players":)";
    append_windows(out, kActiveWindows, engagement.active);
    out += R"(,"new_players":)";
    append_windows(out, kNewWindows, engagement.joined);
    out += R"(,"returning_players":)";
    append(out, engagement.returning);
    out += R"(,"retention":{)";
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
        out.append(i == 0 ? "\"day_" : ",\"day_").append(std::to_string(kRetentionDays[i])).append("\":");
        append_retention(out, engagement.retention[i]);
    }
    out += R"(},"stickiness":)";
    const auto& daily = engagement.active[2];
    const auto& monthly = engagement.active[4];
    append_share(out, daily.value_or(0), daily && monthly ? *monthly : 0);
    out += R"(,"day":)";
    proto::append_time(out, engagement.day);
    out += R"(,"tick":)";
    proto::append_time(out, engagement.tick);
    out += R"(,"timestamp":)";
    proto::append_time(out, timestamp);
    return out + '}';
}

}  // namespace watchtower::gateway
