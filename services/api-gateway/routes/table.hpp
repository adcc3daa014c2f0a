#pragma once

#include <vector>

#include "common/http/management.hpp"
#include "services/api-gateway/game_metrics.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/endpoint.hpp"
#include "services/api-gateway/routes/history.hpp"
#include "services/api-gateway/routes/stored.hpp"
#include "services/api-gateway/routes/tasks.hpp"

namespace watchtower::gateway {

/// What the handlers work with; all of it must outlive them.
struct Parts {
    Current& current;
    Stored& stored;
    Tasks& tasks;
    History& history;
    GameMetrics& game_metrics;
    const Access& access;
    http::Management management;  ///< for /health and /ready
};

/// The gateway's one table of routes: routing, parameter checks, the metrics' route label and /openapi.json are made
/// of it.
[[nodiscard]] std::vector<Endpoint> endpoints(const Parts& parts);

}  // namespace watchtower::gateway
