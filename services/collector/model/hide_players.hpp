#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "services/collector/model/world.hpp"

/// Takes erased players out of what holds ids. Pure; no figure changes.
namespace watchtower::collector {

/// Makes `erased` the world's and gives those of its players who are among them their pseudonyms. Looks at every
/// player.
void hide_players(WorldMemory& world, const ErasedPlayers& erased);

/// Takes the players for whom `is_hidden(id)` holds out of all that a document, or a state with its document, lists by
/// player; `players` tells how many there are then. False when none of them was there.
using IsHidden = std::function<bool(std::string_view player_id)>;
bool remove_players(proto::Document& document, const IsHidden& is_hidden);
bool remove_players(proto::State& state, const IsHidden& is_hidden);

/// The key of a combat (ListReading) with pseudonyms in place of ids; nothing when none is to be replaced.
using PseudonymOf = std::function<std::optional<std::string>(std::string_view player_id)>;
[[nodiscard]] std::optional<std::string> hide_in_combat(std::string_view key, const PseudonymOf& pseudonym_of);

/// The combats that were read with pseudonyms in their keys; nothing when no erased player is named there.
[[nodiscard]] std::optional<ListReading> hide_in_combats(const WorldMemory& world, const ListReading& combats);

}  // namespace watchtower::collector
