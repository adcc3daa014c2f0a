#pragma once

#include <string>
#include <vector>

#include "common/http/server.hpp"
#include "services/ccc-simulator/faults.hpp"
#include "services/ccc-simulator/games.hpp"
#include "services/ccc-simulator/pace.hpp"

namespace watchtower::simulator {

/// What the simulator shows of itself, and the levers of tests and demonstrations. Thread-safe.
class AdminApi {
public:
    /// `token` opens /admin; while it is empty /admin is open to this machine. What is given must outlive it.
    AdminApi(Games& games, Faults& faults, Pace& pace, std::string token);

    [[nodiscard]] std::vector<http::Route> routes();

private:
    [[nodiscard]] std::vector<http::Route> levers();
    [[nodiscard]] http::Route lever(http::Method method,
                                    std::string pattern,
                                    http::Handler handler,
                                    std::string summary,
                                    std::vector<http::QueryParameter> query = {}) const;
    void authorize(const http::Request& request) const;
    [[nodiscard]] http::Reply home() const;
    [[nodiscard]] http::Reply health() const;
    [[nodiscard]] http::Reply pace() const;
    http::Reply step(const http::Request& request);
    http::Reply recall(const http::Request& request);
    http::Reply hoard(const http::Request& request);
    http::Reply cheat(const http::Request& request);
    http::Reply reset(const http::Request& request);
    http::Reply set_faults(const http::Request& request);

    Games& games_;
    Faults& faults_;
    Pace& pace_;
    const std::string token_;
};

}  // namespace watchtower::simulator
