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
#include "services/publisher/options.hpp"
#include "services/publisher/publisher.hpp"
#include "services/publisher/snapshot_responder.hpp"

namespace watchtower::publisher {

/// The whole publisher: reads states and publishes from its construction to its end.
class App {
public:
    /// Throws Unavailable when it cannot listen. A server that is away is none of its troubles.
    explicit App(const Options& options);
    /// Not ready at once; what is being published goes out.
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    [[nodiscard]] std::uint16_t management_port() const { return server_->port(); }

private:
    // In the order of what needs what; the end goes the other way.
    std::atomic<bool> stopping_ = false;
    SystemClock clock_;
    world_state::Stores stores_;
    redis::Client lease_redis_;  ///< so that renewing never waits behind the reading of states
    metrics::ServiceMetrics metrics_;
    Publisher publisher_;
    world_state::WorldStates states_;
    SnapshotResponder responder_;
    std::unique_ptr<metrics::HttpMetrics> http_metrics_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<world_state::Heartbeat> heartbeat_;
};

}  // namespace watchtower::publisher
