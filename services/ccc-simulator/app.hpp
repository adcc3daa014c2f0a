#pragma once

#include <cstdint>
#include <stop_token>

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
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    std::stop_source stop_;
    Games games_;
    Faults faults_;
    Pace pace_;
    GameApi game_api_;
    AdminApi admin_api_;
    http::Server server_;
};

}  // namespace watchtower::simulator
