#include "common/world_state/worlds.hpp"

#include <algorithm>

namespace watchtower::world_state {

const World* Worlds::find(std::string_view name) const {
    const auto found = std::find_if(all.begin(), all.end(), [name](const World& world) { return world.name == name; });
    return found == all.end() ? nullptr : &*found;
}

bool Worlds::hold_a_state() const {
    return std::any_of(all.begin(), all.end(), [](const World& world) { return world.state != nullptr; });
}

}  // namespace watchtower::world_state
