#include "services/publisher/world_logs.hpp"

#include "common/world_state/alerts.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kReadTimeout{2'000};

constexpr const char* kSuspectsAfter = R"(
select number, kind, (extract(epoch from at) * 1000)::bigint, message::text from suspect_log
where world = $1 and number > $2 order by number limit 20)";

}  // namespace

WorldLog log_of_alerts(postgres::Client& postgres, const std::string& prefix) {
    return {proto::kPublishedAlertsKey,
            [](const proto::State& state) { return state.alert_number; },
            [&postgres, prefix](const world_state::World& world, bool /*is_first*/, std::uint64_t number) {
                std::vector<LogEntry> entries;
                for (const proto::NumberedAlert& logged :
                     world_state::alerts_after(postgres, world.name, number, kReadTimeout)) {
                    entries.push_back({logged.number,
                                       logged.alert.resolved_at.value_or(logged.alert.opened_at),
                                       make_alert_publication(logged, world.state->simulated, prefix)});
                }
                return entries;
            }};
}

WorldLog log_of_suspects(postgres::Client& postgres, const Delivery& delivery) {
    return {proto::kPublishedSuspectsKey,
            nullptr,
            [&postgres, &delivery](const world_state::World& world, bool is_first, std::uint64_t number) {
                return postgres.read(kReadTimeout, [&](pqxx::read_transaction& transaction) {
                    std::vector<LogEntry> entries;
                    for (const auto& row : transaction.exec_params(kSuspectsAfter, world.name, number)) {
                        const TimePoint at = TimePoint(Milliseconds(row[2].as<std::int64_t>()));
                        const std::string subject = proto::suspects_subject(row[1].c_str(), world.name, is_first);
                        entries.push_back({row[0].as<std::uint64_t>(),
                                           at,
                                           make_suspects_publication(
                                               row[3].c_str(), *world.state, at, subject, delivery.max_payload())});
                    }
                    return entries;
                });
            }};
}

}  // namespace watchtower::publisher
