#pragma once

#include <string>

namespace watchtower::collector {

/// Tells a state that was made from every other one, also from one of the same world and tick: two owners of a world
/// for a moment make two states of a tick, and what follows the one does not follow the other.
struct StateId {
    std::string text;  ///< 32 lower-case hexadecimal digits

    bool operator==(const StateId&) const = default;
};

/// 128 random bits.
[[nodiscard]] StateId new_state_id();

}  // namespace watchtower::collector
