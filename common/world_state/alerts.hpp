#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"
#include "proto-json/alert.hpp"

/// Alerts in PostgreSQL, where the collectors store them together with their ticks. The active ones stand in the state.
namespace watchtower::world_state {

inline constexpr std::size_t kMostLoggedAlerts = 100;
inline constexpr std::size_t kMostResolvedAlerts = 1'000;

/// The entries of a world's log of alerts with numbers above `number`, in their order, kMostLoggedAlerts at most: ask
/// again after the last one. Numbers have no gaps; State::alert_number may be ahead while ticks wait for PostgreSQL.
/// Alerts are as in REST, with `world`. Throws as postgres::Client does; `deadline` is for the call.
[[nodiscard]] std::vector<proto::NumberedAlert> alerts_after(postgres::Client& postgres,
                                                             const std::string& world,
                                                             std::uint64_t number,
                                                             Milliseconds deadline);

/// The kMostResolvedAlerts newest alerts of a world that are resolved, newest first, without `world`. Throws as above.
[[nodiscard]] std::vector<proto::Alert> resolved_alerts(postgres::Client& postgres,
                                                        const std::string& world,
                                                        Milliseconds deadline);

}  // namespace watchtower::world_state
