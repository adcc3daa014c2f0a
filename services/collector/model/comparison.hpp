#pragma once

#include "services/collector/model/world.hpp"

/// Inside of compare(): one section each.
namespace watchtower::collector {

/// Numbers of a section's own name table, translated to the world's; new names are added to `to`.
[[nodiscard]] std::vector<NameTable::Id> translate(const NameTable& from, NameTable& to);

/// The same for a section's players, those erased by their pseudonyms.
[[nodiscard]] std::vector<NameTable::Id> translate_players(const NameTable& from, WorldMemory& world);

/// True when the cumulative actions of the players in both reads fell under a tenth, from at least 100. `players`
/// translates the reading's numbers to the world's.
[[nodiscard]] bool is_reset(const WorldMemory& world,
                            const NomadsReading& reading,
                            const std::vector<NameTable::Id>& players);

/// The reading in the world's numbers, with the baselines of absent players carried over unless `reset`.
[[nodiscard]] Nomads next_nomads(const WorldMemory& world,
                                 const NomadsReading& reading,
                                 const std::vector<NameTable::Id>& players,
                                 const std::vector<NameTable::Id>& actions,
                                 bool reset);
[[nodiscard]] Resources next_resources(const ResourcesReading& reading, const std::vector<NameTable::Id>& players);
[[nodiscard]] Dwellings next_dwellings(const DwellingsReading& reading, const std::vector<NameTable::Id>& players);

/// Each adds to `change` what the player did between the two reads, and tells whether any of the player's numbers
/// changed. `added_by_action` is indexed by the world's actions.
bool compare_nomads(const Nomads& before,
                    const Nomads& now,
                    bool count_created,
                    PlayerChange& change,
                    std::vector<std::uint64_t>& added_by_action);

/// How balances are compared: the very first read only notes them; in a new epoch all old ones left and all new ones
/// joined, so that stock = first stock + collected - spent + joined - left goes on to hold.
enum class BalanceComparison { first_read, same_epoch, new_epoch };
bool compare_balances(const Resources& before, const Resources& now, BalanceComparison how, PlayerChange& change);
bool compare_dwellings(const Dwellings& before, const Dwellings& now, NameTable::Id player);

/// Counts a list's new entries. `step.reset` forgets all known entries first.
void compare_combats(const KnownEntries& known, const ListReading& reading, Step& step);
void compare_events(const KnownEntries& known, const ListReading& reading, Step& step);

/// Fills in the document, the number of players and the top players.
void summarise(
    const WorldMemory& world, const Reading& reading, const TickInput& input, const Limits& limits, Step& step);

}  // namespace watchtower::collector
