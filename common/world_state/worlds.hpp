#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto-json/state.hpp"

namespace watchtower::world_state {

struct World {
    std::string name;
    std::int64_t position = 0;                  ///< in the collectors' configuration
    std::shared_ptr<const proto::State> state;  ///< the newest; null: none was stored yet
};

/// All worlds there are, as one immutable value: what a reader shows at one moment.
struct Worlds {
    std::vector<World> all;  ///< by position, then name

    /// The world that is meant when none is named; null when there is none.
    [[nodiscard]] const World* first() const { return all.empty() ? nullptr : &all.front(); }
    /// Null when there is no such world.
    [[nodiscard]] const World* find(std::string_view name) const;
    /// Whether any world has a state: what makes a reader ready.
    [[nodiscard]] bool hold_a_state() const;
};

}  // namespace watchtower::world_state
