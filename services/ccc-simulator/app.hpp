#pragma once

#include <cstdint>

#include "common/http/server.hpp"
#include "common/metrics/http_metrics.hpp"
#include "common/metrics/service_metrics.hpp"
#include "services/ccc-simulator/admin_api.hpp"
#include "services/ccc-simulator/game_api.hpp"
#include "services/ccc-simulator/metrics.hpp"
#include "services/ccc-simulator/options.hpp"

namespace watchtower::simulator {

/// The whole simulator: serves from its construction to its end.
class App {
public:
    /// Throws Unavailable when it cannot listen.
    explicit App(const Options& options);

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    [[nodiscard]] std::vector<http::Route> routes();

    Games games_;
    Faults faults_;
    Pace pace_;
    WorldMetrics world_metrics_;
    metrics::ServiceMetrics metrics_;
    FaultMetrics fault_metrics_;
    GameApi game_api_;
    AdminApi admin_api_;
    const std::vector<http::Route> routes_;
    metrics::HttpMetrics http_metrics_;
    http::Server server_;
};

}  // namespace watchtower::simulator
