#include "services/api-gateway/economy.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "common/world_state/averages.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::gateway {

namespace {

constexpr const char* kOneMoment = "set transaction isolation level repeatable read";

// In each: $1 the world, $2 a tick.

constexpr const char* kResourcesAtTick = R"(
select metric, trim_scale(value)
from gameplay_metrics
where world = $1 and tick = $2::timestamptz and metric = any (array[
    'gold', 'gold_collected', 'gold_spent', 'gold_joined', 'gold_left',
    'spice', 'spice_collected', 'spice_spent', 'spice_joined', 'spice_left']))";

/// How far counters rose within a day.
std::string flows_of_a_day() {
    return "select m.metric, trim_scale(" + world_state::last_value_sql("m.metric", "$2::timestamptz") + " - " +
           world_state::last_value_sql("m.metric", "$2::timestamptz - interval '24 hours'") +
           ") from unnest(array['gold_collected', 'gold_spent', 'gold_joined', 'gold_left', 'spice_collected',"
           " 'spice_spent', 'spice_joined', 'spice_left']) as m (metric)";
}

constexpr const char* kDwellingsAtTick = R"(
select metric, value::bigint
from gameplay_metrics
where world = $1 and tick = $2::timestamptz and (metric = 'dwellings' or metric like 'dwellings.%'))";

/// How unequally a column is shared out. Of the balances in ascending order, the i-th of n weighs i; doubles do for
/// what is told in millionths.
std::string how_it_is_shared(const std::string& resource) {
    return "with ranked as (select " + resource + "::float8 as amount, row_number() over (order by " + resource +
           ") as i, count(*) over () as n from player_current where world = $1 and in_resources)"
           " select count(*), trim_scale(round((2 * sum(i * amount) / nullif(max(n) * sum(amount), 0)"
           " - (max(n) + 1.0) / max(n))::numeric, 6)),"
           " trim_scale(round((sum(amount) filter (where i > n - ceil(n * 0.01)) / nullif(sum(amount), 0))::numeric,"
           " 6)) from ranked";
}

using Numbers = std::map<std::string, Economy::Number, std::less<>>;

Numbers read_numbers(const pqxx::result& rows) {
    Numbers numbers;
    for (const auto& row : rows) {
        numbers[row[0].c_str()] = row[1].is_null() ? std::nullopt : Economy::Number(row[1].c_str());
    }
    return numbers;
}

Economy::Flow flow_in(Numbers& numbers, const std::string& resource) {
    return {numbers[resource + "_collected"],
            numbers[resource + "_spent"],
            numbers[resource + "_joined"],
            numbers[resource + "_left"]};
}

void ask_about_resources(pqxx::transaction_base& transaction,
                         const std::string& world,
                         const world_state::Reach& reach,
                         Economy& economy) {
    economy.resources_tick = reach.last;
    const std::string tick = to_rfc3339(reach.last);
    Numbers now = read_numbers(transaction.exec_params(kResourcesAtTick, world, tick));
    Numbers day;
    if (reach.first <= reach.last - std::chrono::hours(24)) {
        day = read_numbers(transaction.exec_params(flows_of_a_day(), world, tick));
    }
    const auto ask = [&](const std::string& name, Economy::Resource& resource) {
        const pqxx::row shared = transaction.exec_params1(how_it_is_shared(name), world);
        const auto share = [&shared](pqxx::row::size_type column) {
            return shared[column].is_null() ? std::nullopt : Economy::Number(shared[column].c_str());
        };
        economy.players = shared[0].as<std::int64_t>();
        resource.stock = now[name];
        resource.total = flow_in(now, name);
        resource.last_24_hours = flow_in(day, name);
        resource.gini = share(1);
        resource.top_1_percent_share = share(2);
    };
    ask("gold", economy.gold);
    ask("spice", economy.spice);
}

void ask_about_dwellings(pqxx::transaction_base& transaction,
                         const std::string& world,
                         TimePoint tick,
                         Economy& economy) {
    economy.dwellings_tick = tick;
    for (const auto& row : transaction.exec_params(kDwellingsAtTick, world, to_rfc3339(tick))) {
        const std::string metric = row[0].c_str();
        const auto point = metric.find('.');
        int level = 0;
        if (point == std::string::npos) {
            economy.dwellings = row[1].c_str();
        } else if (std::from_chars(metric.data() + point + 1, metric.data() + metric.size(), level).ec == std::errc()) {
            economy.by_level.emplace_back(level, row[1].c_str());
        }
    }
    std::sort(economy.by_level.begin(), economy.by_level.end());
}

void append(std::string& out, const char* key, const Economy::Number& number) {
    out.append(key).append(number.value_or("null"));
}

void append_flow(std::string& out, const Economy::Flow& flow) {
    append(out, R"("collected":)", flow.collected);
    append(out, R"(,"spent":)", flow.spent);
    append(out, R"(,"joined":)", flow.joined);
    append(out, R"(,"left":)", flow.left);
}

void append_resource(std::string& out, const Economy::Resource& resource) {
    append(out, R"({"stock":)", resource.stock);
    out += ',';
    append_flow(out, resource.total);
    out += R"(,"last_24_hours":{)";
    append_flow(out, resource.last_24_hours);
    append(out, R"(},"gini":)", resource.gini);
    append(out, R"(,"top_1_percent_share":)", resource.top_1_percent_share);
    out += '}';
}

}  // namespace

Economy query_economy(pqxx::transaction_base& transaction, const std::string& world, TimePoint until) {
    transaction.exec0(kOneMoment);
    Economy economy;
    if (const auto reach = world_state::reach_of(transaction, world, "gold", until)) {
        ask_about_resources(transaction, world, *reach, economy);
    }
    if (const auto reach = world_state::reach_of(transaction, world, "dwellings", until)) {
        ask_about_dwellings(transaction, world, reach->last, economy);
    }
    return economy;
}

std::string encode(const Economy& economy, TimePoint timestamp) {
    std::string out = R"({"gold":)";
    append_resource(out, economy.gold);
    out += R"(,"spice":)";
    append_resource(out, economy.spice);
    out.append(R"(,"players":)").append(economy.players ? std::to_string(*economy.players) : "null");
    out += R"(,"dwellings":{"total":)";
    append(out, "", economy.dwellings);
    out += R"(,"by_level":)";
    if (economy.dwellings) {
        const char* separator = "{\"";
        for (const auto& [level, count] : economy.by_level) {
            out.append(separator).append(std::to_string(level)).append("\":").append(count);
            separator = ",\"";
        }
        out += economy.by_level.empty() ? "{}" : "}";
    } else {
        out += "null";
    }
    out += R"(},"resources_tick":)";
    proto::append_time(out, economy.resources_tick);
    out += R"(,"dwellings_tick":)";
    proto::append_time(out, economy.dwellings_tick);
    out += R"(,"timestamp":)";
    proto::append_time(out, timestamp);
    return out + '}';
}

}  // namespace watchtower::gateway
