#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"
#include "services/collector/model/action_counts.hpp"
#include "services/collector/model/erased_players.hpp"
#include "services/collector/model/moderation.hpp"
#include "services/collector/model/name_table.hpp"
#include "services/collector/model/reading.hpp"
#include "services/collector/model/state_id.hpp"

/// The owner's memory of its world, and the comparison of a reading with it: the place where the numbers are made.
/// What they mean is told in docs/numbers.md. Nothing here touches the outside.
namespace watchtower::collector {

/// What the last complete read of nomads said. Players that are not in it keep their old numbers as a baseline, so that
/// one who comes back is not counted again.
struct Nomads {
    std::vector<std::uint8_t> present;  ///< by player; all four lists may be shorter than the table of players
    std::vector<std::uint8_t> telling;  ///< a record of the player had `actions`; not needed of the read before
    std::vector<std::uint64_t> nomads;
    ActionCounts counts;
};

/// What the last complete read of resources said.
struct Resources {
    std::vector<std::uint8_t> present;
    std::vector<Balance> balances;
};

/// What the last complete read of dwellings said; a player without dwellings has a count of 0.
struct Dwellings {
    std::vector<PlayerDwellings> dwellings;
    std::map<std::uint32_t, std::uint64_t> by_level;
};

/// Entries of a list that were counted, by the keys of ListReading.
struct KnownEntry {
    std::uint64_t count = 1;           ///< without an id: how many equal ones stood in the last complete read; else 1
    std::optional<TimePoint> left_at;  ///< when it last stood in the list; nothing: it stood in the last complete read

    bool operator==(const KnownEntry&) const = default;
};

/// The count of an entry with an id that was first seen after the last complete read of nomads. Should the next one
/// show that the world began anew, the entry may be of the new world already, and is not counted again.
inline constexpr std::uint64_t kOfEitherEpoch = 2;

using KnownEntries = std::unordered_map<std::string, KnownEntry>;

struct PlayerHistory {
    std::optional<TimePoint> first_seen;
    std::optional<TimePoint> last_active;
    std::uint64_t actions_counted = 0;
};

/// One world as its owner remembers it after its last stored tick.
struct WorldMemory {
    std::string name;
    NameTable players;     ///< all players ever seen; what is listed "by player" is indexed by its numbers
    ErasedPlayers erased;  ///< they stand in `players` under their pseudonyms
    NameTable actions;
    Nomads nomads;
    Resources resources;
    Dwellings dwellings;
    KnownEntries combats;
    KnownEntries events;
    std::vector<PlayerHistory> history;
    Moderation moderation;
    std::optional<proto::State> state;  ///< nothing before the first tick
    std::optional<StateId> state_id;    ///< of `state`; nothing: stored by a collector that knew no ids
};

/// When and how a reading was taken.
struct TickInput {
    TimePoint tick;
    TimePoint timestamp;
    Milliseconds interval{60'000};
    bool simulated = false;
    std::array<std::optional<proto::SectionError>, proto::kSectionCount> errors;  ///< of the sections that failed
};

struct Limits {
    std::size_t by_player = 1000;   ///< players in the document
    std::size_t top_players = 100;  ///< players kept in the state for per-player series
};

/// What one tick changed for a player whose numbers are not what they were.
struct PlayerChange {
    NameTable::Id player = 0;
    std::uint64_t actions_added = 0;
    std::uint64_t nomads_created = 0;
    proto::Flow gold;
    proto::Flow spice;
};

/// The largest balances of a read of resources.
struct LargestHoldings {
    std::uint64_t players = 0;  ///< who are in the read
    proto::Amount gold;
    proto::Amount spice;
};

struct ListChange {
    std::string entry;
    std::optional<KnownEntry> known;  ///< nothing: forget it
};

/// Everything a tick makes of a world: to be stored, then applied. Dropping it leaves the world as it was.
struct Step {
    StateId id = new_state_id();  ///< the state's
    proto::State state;
    std::optional<Nomads> nomads;  ///< the three: only when that section was read
    std::optional<Resources> resources;
    std::optional<Dwellings> dwellings;
    bool reset = false;  ///< the game's world began anew: forget all list entries before the changes below
    std::vector<ListChange> combats;
    std::vector<ListChange> events;
    std::vector<PlayerChange> players;
    std::vector<proto::EventsSection::Type> events_added;
    LargestHoldings holdings;                     ///< where resources were read
    std::vector<proto::NumberedAlert> alert_log;  ///< alerts that opened or resolved, see judge_alerts
    std::optional<ModerationStep> moderation;     ///< see judge_suspects
};

/// The element for a player, or a value-initialised one when the list is too short.
template <typename T>
[[nodiscard]] T of_player(const std::vector<T>& list, NameTable::Id player) {
    return player < list.size() ? list[player] : T{};
}

/// What a player's nomads say they did, by action. Of players in the last read only.
[[nodiscard]] proto::Counts actions_of(const WorldMemory& world, const Nomads& nomads, NameTable::Id player);

/// Compares a reading with the last complete reads. New names are added to the world's tables at once, which changes no
/// number. The state's alerts are those of the state before.
[[nodiscard]] Step compare(WorldMemory& world, const Reading& reading, const TickInput& input, const Limits& limits);

/// The names that the world's totals and memory have, for a new reading.
[[nodiscard]] Reading::Names names_of(const WorldMemory& world);

/// A player's history after a tick.
[[nodiscard]] PlayerHistory after(PlayerHistory history, const PlayerChange& change, TimePoint tick);

/// Makes a stored step the world's new memory.
void apply(WorldMemory& world, Step step);

/// How long an entry with an id is remembered after it last stood in a list.
inline constexpr std::chrono::hours kEntryMemory{7 * 24};

}  // namespace watchtower::collector
