#pragma once

#include "common/base/clock.hpp"
#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/turns.hpp"

namespace watchtower::gateway {

/// What is answered of the past by steps. Thread-safe. Everything given must outlive it.
class History {
public:
    History(postgres::Client& database, Turns& turns, const Current& current, const Clock& clock)
        : database_(database),
          turns_(turns),
          current_(current),
          clock_(clock) {}

    // Handlers.
    [[nodiscard]] http::Reply metric(const http::Request& request);
    [[nodiscard]] http::Reply player(const http::Request& request);

private:
    postgres::Client& database_;
    Turns& turns_;
    const Current& current_;
    const Clock& clock_;
};

}  // namespace watchtower::gateway
