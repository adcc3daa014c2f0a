#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "services/ccc-simulator/observer.hpp"
#include "services/ccc-simulator/shape.hpp"
#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator {

/// What really happened, to compare with what others counted. README.md names its members.
struct Truth {
    std::string world;
    bool by_player = false;                            ///< also each player's numbers now
    std::map<std::string, std::uint64_t> bad_records;  ///< served so far, by section
};

/// The JSON text of `GET /truth`. Amounts are numbers: exact up to 2^53 millionths, and as whole numbers up to 2^63.
[[nodiscard]] std::string render_truth(const Truth& truth,
                                       const World& world,
                                       const Shape& shape,
                                       const Observer& observer);

}  // namespace watchtower::simulator
