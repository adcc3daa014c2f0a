#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "services/ccc-simulator/render.hpp"
#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator::test {

/// A lively world: much happens in few steps.
inline WorldOptions lively() {
    WorldOptions options;
    options.players = 60;
    options.activity = 5;
    options.churn = 500;
    options.cheaters = 0.05;
    return options;
}

inline World world_after(std::uint32_t steps, const WorldOptions& options = lively()) {
    World world(options);
    for (std::uint32_t i = 0; i < steps; ++i) {
        world.step();
    }
    return world;
}

/// All five bodies, without pages.
inline std::vector<std::string> bodies(const World& world, const Shape& shape = {}) {
    std::vector<std::string> all;
    for (const proto::Section section : proto::kSections) {
        all.push_back(render(section, world, shape, {}).at(0));
    }
    return all;
}

inline nlohmann::json body(proto::Section section, const World& world, const Shape& shape = {}) {
    return nlohmann::json::parse(render(section, world, shape, {}).at(0));
}

/// The list in a body.
inline nlohmann::json records(proto::Section section, const World& world, const Shape& shape = {}) {
    return body(section, world, shape).begin().value();
}

}  // namespace watchtower::simulator::test
