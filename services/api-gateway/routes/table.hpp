#pragma once

#include <vector>

#include "common/http/management.hpp"
#include "services/api-gateway/events.hpp"
#include "services/api-gateway/game_metrics.hpp"
#include "services/api-gateway/routes/alerts.hpp"
#include "services/api-gateway/routes/analytics.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/endpoint.hpp"
#include "services/api-gateway/routes/history.hpp"
#include "services/api-gateway/routes/moderation.hpp"
#include "services/api-gateway/routes/players.hpp"
#include "services/api-gateway/routes/status.hpp"
#include "services/api-gateway/routes/stored.hpp"
#include "services/api-gateway/routes/tasks.hpp"

namespace watchtower::gateway {

/// What the handlers work with; all of it must outlive them.
struct Parts {
    Current& current;
    Stored& stored;
    Tasks& tasks;
    History& history;
    Alerts& alerts;
    Moderation& moderation;
    GameMetrics& game_metrics;
    Players& players;
    Analytics& analytics;
    Status& status;
    Events& events;
    const Access& access;
    http::Management management;  ///< for /health and /ready
};

/// The gateway's one table of routes, by subject, with the documentation of itself.
[[nodiscard]] std::vector<Endpoint> endpoints(const Parts& parts);

// Its parts, each in a file of its own: table_service.cpp and so on.
[[nodiscard]] std::vector<Endpoint> about_the_service(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_the_game_now(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_the_past(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_players(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_analytics(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_tasks(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_moderation(const Parts& parts);
[[nodiscard]] std::vector<Endpoint> about_the_stream(const Parts& parts);

}  // namespace watchtower::gateway
