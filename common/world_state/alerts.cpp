#include "common/world_state/alerts.hpp"

namespace watchtower::world_state {

namespace {

constexpr auto kLogAfter =
    "select number, alert from alert_log where world = $1 and number > $2 order by number limit $3";

constexpr auto kLatestResolved =
    "select l.alert from alerts a join alert_log l using (world, number)"
    " where a.world = $1 and a.resolved_at is not null order by a.resolved_at desc, a.number desc limit $2";

}  // namespace

std::vector<proto::NumberedAlert> alerts_after(postgres::Client& postgres,
                                               const std::string& world,
                                               std::uint64_t number,
                                               Milliseconds deadline) {
    return postgres.read(deadline, [&](pqxx::read_transaction& transaction) {
        std::vector<proto::NumberedAlert> log;
        for (const auto& row : transaction.exec_params(kLogAfter, world, number, kMostLoggedAlerts)) {
            log.push_back({row[0].as<std::uint64_t>(), proto::decode_alert(row[1].c_str())});
            log.back().alert.world = world;
        }
        return log;
    });
}

std::vector<proto::Alert> resolved_alerts(postgres::Client& postgres, const std::string& world, Milliseconds deadline) {
    return postgres.read(deadline, [&](pqxx::read_transaction& transaction) {
        std::vector<proto::Alert> alerts;
        for (const auto& row : transaction.exec_params(kLatestResolved, world, kMostResolvedAlerts)) {
            alerts.push_back(proto::decode_alert(row[0].c_str()));
        }
        return alerts;
    });
}

}  // namespace watchtower::world_state
