#pragma once

#include <cstdint>

#include "common/http/server.hpp"
#include "services/ccc-simulator/admin_api.hpp"
#include "services/ccc-simulator/game_api.hpp"
#include "services/ccc-simulator/options.hpp"

namespace watchtower::simulator {

/// The whole simulator: serves from its construction to its end.
class App {
public:
    /// Throws Unavailable when it cannot listen.
    explicit App(const Options& options);

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    Games games_;
    Faults faults_;
    Pace pace_;
    GameApi game_api_;
    AdminApi admin_api_;
    http::Server server_;
};

}  // namespace watchtower::simulator
