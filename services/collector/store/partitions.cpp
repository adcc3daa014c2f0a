#include "services/collector/store/partitions.hpp"

#include <array>
#include <string>

namespace watchtower::collector {

namespace {

using std::chrono::days;

constexpr std::array kByDay = {"snapshots", "gameplay_metrics", "player_activity", "event_metrics"};

}  // namespace

void DayPartitions::ensure(postgres::Client& postgres, TimePoint tick) {
    const TimePoint day = std::chrono::floor<days>(tick);
    for (const TimePoint begin : {day, TimePoint(day + days(1))}) {
        if (days_.contains(begin)) {
            continue;
        }
        const std::string from = to_rfc3339(begin);
        const std::string until = to_rfc3339(begin + days(1));
        std::string suffix = from.substr(0, 10);
        std::erase(suffix, '-');
        postgres.transaction([&](pqxx::work& transaction) {
            // "create … if not exists" is not safe against another collector doing the same.
            transaction.exec("select pg_advisory_xact_lock(hashtext('watchtower partitions'))");
            for (const std::string table : kByDay) {
                std::string sql = "create table if not exists ";
                sql.append(table).append("_").append(suffix).append(" partition of ").append(table);
                sql.append(" for values from ('").append(from).append("') to ('").append(until).append("')");
                transaction.exec0(sql);
            }
        });
        days_.insert(begin);
    }
}

}  // namespace watchtower::collector
