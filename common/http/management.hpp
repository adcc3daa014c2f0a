#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/dependency.hpp"
#include "common/http/server.hpp"

namespace watchtower::http {

/// What a process tells of itself on its management port. The functions are called from the server's workers.
struct Management {
    std::string service;                   ///< "collector"
    std::function<bool()> ready;           ///< GET /ready: 200 or 503
    Dependencies dependencies;             ///< names and states, in the bodies of both
    std::function<std::string()> metrics;  ///< GET /metrics: Prometheus text
};

/// The routes GET /health, GET /ready and GET /metrics.
[[nodiscard]] std::vector<Route> management_routes(Management management);

}  // namespace watchtower::http
