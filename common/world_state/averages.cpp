#include "common/world_state/averages.hpp"

#include <algorithm>
#include <chrono>

namespace watchtower::world_state {

namespace {

constexpr const char* kReach = R"(
select (extract(epoch from coalesce(
            (select tick from gameplay_first where world = $1 and metric = $2),
            (select tick from gameplay_metrics where world = $1 and metric = $2 order by tick limit 1))) * 1000)::bigint,
       (extract(epoch from
            (select tick from gameplay_metrics where world = $1 and metric = $2 and tick <= $3::timestamptz
             order by tick desc limit 1)) * 1000)::bigint)";

/// $2 the period's start, $3 its end. What the world's first read found is no action of the period.
std::string who_did_how_much() {
    const std::string begin = "$2::timestamptz";
    const std::string end = "$3::timestamptz";
    return "select trim_scale(round((" + last_value_sql("'actions'", end) + " - " + last_value_sql("'actions'", begin) +
           ") / nullif(active.players, 0), 6)), trim_scale(round((" + last_value_sql("'nomads_created'", end) + " - " +
           last_value_sql("'nomads_created'", begin) +
           ") / nullif(active.players, 0), 6)) from (select count(*) as players from player_current where world = $1"
           " and last_active > $2::timestamptz and last_active <= $3::timestamptz) active";
}

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    return milliseconds.is_null() ? std::nullopt
                                  : std::optional(TimePoint(Milliseconds(milliseconds.as<std::int64_t>())));
}

std::optional<proto::Amount> read_amount(const pqxx::field& field) {
    if (field.is_null()) {
        return std::nullopt;
    }
    const auto amount = proto::parse_amount(field.c_str());
    if (!amount) {
        throw Error("averages: " + std::string(field.c_str()) + " is out of range");
    }
    return amount;
}

}  // namespace

std::string last_value_sql(const std::string& metric, const std::string& at) {
    return "coalesce((select value from gameplay_metrics where world = $1 and metric = " + metric +
           " and tick <= " + at +
           " order by tick desc limit 1), (select value from gameplay_hourly where world = $1 and metric = " + metric +
           " and hour <= " + at + " and tick <= " + at + " order by hour desc limit 1))";
}

std::optional<Reach> reach_of(pqxx::transaction_base& transaction,
                              const std::string& world,
                              const std::string& metric,
                              TimePoint until) {
    const pqxx::row row = transaction.exec_params1(kReach, world, metric, to_rfc3339(until));
    const auto first = read_time(row[0]);
    const auto last = read_time(row[1]);
    return first && last ? std::optional(Reach{*first, *last}) : std::nullopt;
}

proto::Averages query_averages(pqxx::transaction_base& transaction,
                               const std::string& world,
                               TimePoint tick,
                               TimePoint timestamp,
                               std::int64_t days) {
    const std::chrono::days length(days);
    proto::Averages averages{{}, {}, {tick - length, tick, days}, timestamp};
    const auto reach = reach_of(transaction, world, "actions", tick);
    if (!reach) {
        return averages;
    }
    averages.period.start = std::max<TimePoint>(reach->last - length, reach->first);
    averages.period.end = reach->last;
    const pqxx::row row = transaction.exec_params1(
        who_did_how_much(), world, to_rfc3339(averages.period.start), to_rfc3339(averages.period.end));
    averages.average_moves_per_user = read_amount(row[0]);
    averages.average_nomads_created_per_user = read_amount(row[1]);
    return averages;
}

}  // namespace watchtower::world_state
