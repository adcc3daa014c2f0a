#pragma once

#include <string>

#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/turns.hpp"

namespace watchtower::gateway {

/// What is answered of alerts: the active ones from the newest state, which needs nobody, the resolved ones from
/// PostgreSQL, the world_state::kMostResolvedAlerts newest. Thread-safe. Everything given must outlive it.
class Alerts {
public:
    Alerts(postgres::Client& database, Turns& turns, Current& current)
        : database_(database),
          turns_(turns),
          current_(current) {}

    /// A handler. Active ones come first and oldest first, resolved ones newest first.
    [[nodiscard]] http::Reply list(const http::Request& request);

private:
    postgres::Client& database_;
    Turns& turns_;
    Current& current_;
};

extern const Parameter<std::string> kAlertState;  ///< ?state=

}  // namespace watchtower::gateway
