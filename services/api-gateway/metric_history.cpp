#include "services/api-gateway/metric_history.hpp"

#include <algorithm>

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"
#include "services/api-gateway/moment.hpp"

namespace watchtower::gateway {

namespace {

using std::chrono::hours;

constexpr const char* kOneMoment = "set transaction isolation level repeatable read";

// In each: $1 the world, $2 the metric, $3 its witness. Times are milliseconds since the epoch.

/// The first tick that is kept itself, the last one that is rolled up, the first one ever and the metric's value then.
constexpr const char* kWhatIsKept = R"(
select extract(epoch from k.first_raw) * 1000, extract(epoch from k.rolled_up) * 1000,
       extract(epoch from coalesce(k.first, k.first_raw)) * 1000,
       trim_scale(coalesce(
           case when k.first is null
                then (select value from gameplay_metrics where world = $1 and metric = $2 and tick = k.first_raw)
                else (select value from gameplay_first where world = $1 and metric = $2 and tick = k.first) end,
           0))
from (select (select tick from gameplay_metrics where world = $1 and metric = $3 order by tick limit 1) as first_raw,
             (select nullif(hourly_tick, '-infinity') from rollups where world = $1) as rolled_up,
             (select tick from gameplay_first where world = $1 and metric = $3) as first) k)";

// Further: $4 the range's begin; ticks up to $5 are taken from the hours, later ones as they are.

/// The metric's value at tick t.tick. Where the witness stands alone, it was 0.
constexpr const char* kValueAtTick = R"(
trim_scale(coalesce(
    case when t.tick > $5::timestamptz
         then (select value from gameplay_metrics where world = $1 and metric = $2 and tick = t.tick)
         else (select value from gameplay_hourly
               where world = $1 and metric = $2 and hour = date_bin('1 hour', t.tick, 'epoch') and tick = t.tick) end,
    0)))";

constexpr const char* kLastTickBefore = R"(
from (select tick
      from ((select tick from gameplay_metrics
             where world = $1 and metric = $3 and tick < $4::timestamptz and tick > $5::timestamptz
             order by tick desc limit 1)
            union all
            (select tick from gameplay_hourly
             where world = $1 and metric = $3 and hour <= $4::timestamptz and tick < $4::timestamptz
                   and tick <= $5::timestamptz
             order by hour desc limit 1)) both_kinds
      order by tick desc limit 1) t)";

/// $6 the range's end, $7 a step's seconds.
constexpr const char* kLastTickOfEachStep = R"(
from (select floor(extract(epoch from tick - $4::timestamptz) / $7::bigint)::bigint as step, max(tick) as tick
      from (select tick from gameplay_metrics
            where world = $1 and metric = $3 and tick >= $4::timestamptz and tick < $6::timestamptz
                  and tick > $5::timestamptz
            union all
            select tick from gameplay_hourly
            where world = $1 and metric = $3 and hour >= date_bin('1 hour', $4::timestamptz, 'epoch')
                  and hour < $6::timestamptz and tick >= $4::timestamptz and tick < $6::timestamptz
                  and tick <= $5::timestamptz) both_kinds
      group by 1) t
order by 1)";

struct Kept {
    std::optional<TimePoint> first_raw;
    std::optional<TimePoint> rolled_up;
    std::optional<TimePoint> first;
    std::string first_value;
};

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    if (milliseconds.is_null()) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(static_cast<std::int64_t>(milliseconds.as<double>())));
}

Kept what_is_kept(pqxx::transaction_base& transaction, const std::string& world, const Metric& metric) {
    const auto row = transaction.exec_params1(kWhatIsKept, world, metric.name, metric.witness);
    return {read_time(row[0]), read_time(row[1]), read_time(row[2]), row[3].c_str()};
}

/// The last tick that is taken from the hours.
std::string hours_until(const Kept& kept, const Steps& steps) {
    if (steps.length % hours(1) == hours(0)) {
        return kept.rolled_up ? to_rfc3339(*kept.rolled_up) : "-infinity";
    }
    return kept.first_raw ? to_rfc3339(*kept.first_raw - Milliseconds(1)) : "infinity";
}

/// Where only hours are left of a part of the range, shorter steps would be empty there.
Milliseconds shortest_step(const Kept& kept, const Range& range, Milliseconds interval) {
    const bool begins_with_hours = kept.first && range.from < kept.first_raw.value_or(TimePoint::max()) &&
                                   *kept.first < kept.first_raw.value_or(TimePoint::max());
    return begins_with_hours ? std::max<Milliseconds>(interval, hours(1)) : interval;
}

}  // namespace

MetricHistory query_metric_history(pqxx::transaction_base& transaction,
                                   const std::string& world,
                                   const Metric& metric,
                                   const Range& range,
                                   Milliseconds interval) {
    transaction.exec0(kOneMoment);
    const Kept kept = what_is_kept(transaction, world, metric);
    const Steps steps = choose_steps(range, shortest_step(kept, range, interval));
    std::vector<std::string> question = {
        world, metric.name, metric.witness, to_rfc3339(steps.begin), hours_until(kept, steps)};
    const auto ask = [&](const std::string& sql) {
        return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(question));
    };
    std::optional<std::string> before;
    if (metric.kind == Metric::Kind::counter) {
        const auto rows = ask(std::string("select") + kValueAtTick + kLastTickBefore);
        if (!rows.empty()) {
            before = rows[0][0].c_str();
        } else if (kept.first && *kept.first >= steps.begin) {
            before = kept.first_value;  // what there was before the first sight is not known
        }
    }
    question.push_back(to_rfc3339(std::min(steps.end(), kLastMoment)));
    question.push_back(std::to_string(steps.length.count()));
    std::vector<KnownValue> known;
    for (const auto& row : ask(std::string("select t.step,") + kValueAtTick + kLastTickOfEachStep)) {
        known.push_back({row[0].as<std::int64_t>(), row[1].c_str()});
    }
    return {metric, steps, build_points(metric.kind, steps.count, known, before)};
}

std::string encode(const MetricHistory& history) {
    std::string out = R"({"metric":)";
    append_json_string(out, history.metric.name);
    out.append(R"(,"kind":")").append(to_text(history.metric.kind));
    out.append(R"(","step":)").append(std::to_string(history.steps.length.count()));
    out += R"(,"points":[)";
    std::int64_t step = 0;
    for (const auto& point : history.points) {
        out += step == 0 ? "[" : ",[";
        proto::append_time(out, history.steps.at(step));
        out.append(",").append(point.value_or("null")).append("]");
        ++step;
    }
    return out + "]}";
}

}  // namespace watchtower::gateway
