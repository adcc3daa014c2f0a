#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/latest.hpp"
#include "common/http/event_hub.hpp"
#include "common/http/management.hpp"
#include "common/http/server.hpp"
#include "common/metrics/http_metrics.hpp"
#include "common/metrics/service_metrics.hpp"
#include "common/postgres/client.hpp"
#include "common/world_state/replicas.hpp"
#include "common/world_state/stores.hpp"
#include "common/world_state/world_states.hpp"
#include "services/api-gateway/access.hpp"
#include "services/api-gateway/cors.hpp"
#include "services/api-gateway/events.hpp"
#include "services/api-gateway/game_metrics.hpp"
#include "services/api-gateway/options.hpp"
#include "services/api-gateway/rate_limit.hpp"
#include "services/api-gateway/routes/alerts.hpp"
#include "services/api-gateway/routes/analytics.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/history.hpp"
#include "services/api-gateway/routes/moderation.hpp"
#include "services/api-gateway/routes/players.hpp"
#include "services/api-gateway/routes/status.hpp"
#include "services/api-gateway/routes/stored.hpp"
#include "services/api-gateway/routes/tasks.hpp"

namespace watchtower::gateway {

/// The whole gateway: reads states and serves from its construction to its end.
class App {
public:
    /// Throws Unavailable when it cannot listen. A store that is away is none of its troubles.
    explicit App(const Options& options);
    /// Not ready at once; then takes no new connections and answers what was asked.
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    [[nodiscard]] std::uint16_t management_port() const { return management_server_->port(); }

private:
    [[nodiscard]] bool ready() const;
    [[nodiscard]] http::Management management();
    void read_states();
    void serve(const Options& options);

    // In the order of what needs what; the end goes the other way.
    SystemClock clock_;
    std::atomic<bool> stopping_ = false;
    world_state::Stores stores_;
    metrics::ServiceMetrics metrics_;
    postgres::Client database_;  ///< for requests: those that wait for it do not hold up the reading of states
    redis::Client task_redis_;   ///< for requests, as well
    Latest<world_state::Worlds> worlds_;
    Access access_;
    RateLimit rate_limit_;
    Cors cors_;
    Current current_;
    Stored stored_;
    Tasks tasks_;
    History history_;
    Players players_;
    Alerts alerts_;
    Moderation moderation_;
    Analytics analytics_;
    Status status_;
    GameMetrics game_metrics_;
    EventMetrics event_metrics_;
    http::EventHub hub_;
    Events events_;
    world_state::WorldStates states_;
    std::unique_ptr<metrics::HttpMetrics> http_metrics_;
    std::unique_ptr<http::Server> management_server_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<world_state::Heartbeat> heartbeat_;
};

}  // namespace watchtower::gateway
