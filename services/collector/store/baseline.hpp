#pragma once

#include <string>
#include <string_view>

#include "services/collector/model/world.hpp"

namespace watchtower::collector {

/// The text of player_current.baseline: what next reads of nomads are compared with, for players whose columns do not
/// say it (those not in the last read, and those with nomads that tell only their last action).
[[nodiscard]] std::string encode_baseline(const WorldMemory& world, const Nomads& nomads, NameTable::Id player);

/// Puts back what encode_baseline wrote. Throws BadInput.
void decode_baseline(std::string_view text, WorldMemory& world, NameTable::Id player);

/// The same for a player whose actions are all cumulative: the text of player_current.actions_by_name.
void decode_actions(std::string_view text, WorldMemory& world, NameTable::Id player);

}  // namespace watchtower::collector
