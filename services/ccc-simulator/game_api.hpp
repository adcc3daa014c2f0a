#pragma once

#include <string>
#include <vector>

#include "common/http/server.hpp"
#include "services/ccc-simulator/faults.hpp"
#include "services/ccc-simulator/games.hpp"
#include "services/ccc-simulator/metrics.hpp"

namespace watchtower::simulator {

/// What the game shows its readers: the five sections of each world, with the faults in force. Thread-safe.
class GameApi {
public:
    struct Options {
        std::string api_key;  ///< empty: everybody may read
        Shape shape;
    };

    /// All must outlive it.
    GameApi(Games& games, Faults& faults, FaultMetrics& metrics, Options options);

    [[nodiscard]] std::vector<http::Route> routes();

private:
    http::Reply answer(proto::Section section, const http::Request& request);
    http::Reply deliver(
        Game& game, Edition& edition, std::size_t page, const std::vector<Fault>& faults, const http::Request& request);

    Games& games_;
    Faults& faults_;
    FaultMetrics& metrics_;
    const Options options_;
};

}  // namespace watchtower::simulator
