#pragma once

#include <string>

#include "common/postgres/client.hpp"
#include "services/publisher/delivery.hpp"
#include "services/publisher/log_publisher.hpp"

namespace watchtower::publisher {

/// The worlds' alerts, each when it opens and when it resolves, on the subject of alerts under `prefix`. `postgres`
/// must outlive it.
[[nodiscard]] WorldLog log_of_alerts(postgres::Client& postgres, const std::string& prefix);

/// The worlds' suspects of each kind, all of them whenever they are others, on the kinds' subjects. Both must outlive
/// it.
[[nodiscard]] WorldLog log_of_suspects(postgres::Client& postgres, const Delivery& delivery);

}  // namespace watchtower::publisher
