#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "common/base/clock.hpp"
#include "common/http/server.hpp"
#include "common/metrics/http_metrics.hpp"
#include "common/metrics/service_metrics.hpp"
#include "common/world_state/replicas.hpp"
#include "common/world_state/stores.hpp"
#include "common/world_state/world_states.hpp"
#include "services/exporter/exposition.hpp"
#include "services/exporter/options.hpp"

namespace watchtower::exporter {

/// The whole exporter: reads states and answers scrapes from its construction to its end.
class App {
public:
    /// Throws Unavailable when it cannot listen. A store that is away is none of its troubles.
    explicit App(const Options& options);
    /// Not ready at once; then takes no new connections and answers what was asked.
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

private:
    [[nodiscard]] std::vector<http::Route> make_routes();

    // In the order of what needs what; the end goes the other way.
    std::atomic<bool> stopping_ = false;
    SystemClock clock_;
    world_state::Stores stores_;
    metrics::ServiceMetrics metrics_;
    Exposition exposition_;
    world_state::WorldStates states_;
    std::unique_ptr<metrics::HttpMetrics> http_metrics_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<world_state::Heartbeat> heartbeat_;
};

}  // namespace watchtower::exporter
