#pragma once

#include <algorithm>

#include "services/collector/model/world.hpp"

/// Inside of compare(): one section each.
namespace watchtower::collector {

/// Adds to a counter, which rather stops at what PostgreSQL's bigint holds than begins anew.
inline void add_to_counter(std::uint64_t& counter, std::uint64_t by) {
    constexpr std::uint64_t kMost = UINT64_MAX / 2;
    counter += std::min(by, kMost - std::min(counter, kMost));
}

/// Numbers of a section's own name table, translated to the world's; new names are added to `to`.
[[nodiscard]] std::vector<NameTable::Id> translate(const NameTable& from, NameTable& to);

/// The same for a section's players, those erased by their pseudonyms.
[[nodiscard]] std::vector<NameTable::Id> translate_players(const PlayerNumbers& from, WorldMemory& world);

/// True when the cumulative actions of the players in both reads fell under a tenth, from at least 100. Players of whom
/// no record tells any now do not count: that is no fall.
[[nodiscard]] bool is_reset(const Nomads& before, const Nomads& now);

/// The reading in the world's numbers, with the baselines of absent players carried over unless `reset`. `players`
/// translates the reading's numbers to the world's.
[[nodiscard]] Nomads next_nomads(const WorldMemory& world,
                                 const NomadsReading& reading,
                                 const std::vector<NameTable::Id>& players,
                                 const std::vector<NameTable::Id>& actions,
                                 bool reset);
[[nodiscard]] Resources next_resources(const ResourcesReading& reading, const std::vector<NameTable::Id>& players);
[[nodiscard]] Dwellings next_dwellings(const DwellingsReading& reading, const std::vector<NameTable::Id>& players);

/// Compares one player's actions in two reads. Sums are exact; where records tell only what was done last, what is
/// counted is a lower bound. As a record may begin or cease to tell its sums, a rise that may only be a record's new
/// form counts nothing: sums that appear make up for what was estimated of them, and where sums went, records
/// that appear may be the same nomads. Keeps its memory from player to player.
class ActionComparer {
public:
    /// Adds to `change` and to `added_by_action`, which is indexed by the world's actions, what change.player did
    /// between the two reads, and to `now` what the next comparison needs beside what was told. Whether anything is
    /// not as it was.
    bool compare(const Nomads& before, Nomads& now, PlayerChange& change, std::vector<std::uint64_t>& added_by_action);

private:
    struct Action {
        NameTable::Id action = 0;
        bool was_told = false;  ///< sum_before is of the last read itself
        std::uint64_t sum_before = 0;
        std::uint64_t sum = 0;
        std::uint64_t last_before = 0;
        std::uint64_t last = 0;
        std::vector<std::uint64_t> times_before;
        std::vector<std::uint64_t> times;
        std::uint64_t floor = 0;
        std::uint64_t estimated = 0;
    };

    /// Over all actions of the player.
    struct Forms {
        bool telling = false;             ///< records tell sums
        bool sums_fell = false;           ///< and so records without may be nomads that were in the sums
        bool may_tell_estimated = false;  ///< sums may be of nomads that had told only their last action
    };

    using Entries = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

    Action& of(NameTable::Id action);
    void collect(const ActionCounts& before, const ActionCounts& now, NameTable::Id player);
    [[nodiscard]] Forms forms(bool telling) const;
    static std::uint64_t rise_of_sum(Action& action, const Forms& forms);
    static std::uint64_t estimate(Action& action, const Forms& forms);
    static void remember(ActionCounts& now, NameTable::Id player, const Action& action, bool telling);
    bool is_changed(const ActionCounts& before, const ActionCounts& now, NameTable::Id player);

    std::vector<Action> actions_;
    Entries entries_before_;
    Entries entries_;
};

/// Adds to `change` what the player did between the two reads, and tells whether any of the player's numbers changed.
bool compare_nomads(const Nomads& before,
                    Nomads& now,
                    bool count_created,
                    ActionComparer& actions,
                    PlayerChange& change,
                    std::vector<std::uint64_t>& added_by_action);

/// How balances are compared: the very first read only notes them; in a new epoch all old ones left and all new ones
/// joined, so that stock = first stock + collected - spent + joined - left goes on to hold.
enum class BalanceComparison { first_read, same_epoch, new_epoch };
bool compare_balances(const Resources& before, const Resources& now, BalanceComparison how, PlayerChange& change);
bool compare_dwellings(const Dwellings& before, const Dwellings& now, NameTable::Id player);

/// Counts a list's new entries. `last_read`: when the list was last read to its end. `step.reset` forgets all known
/// entries first, but for those of either epoch.
void compare_combats(const KnownEntries& known,
                     const ListReading& reading,
                     std::optional<TimePoint> last_read,
                     Step& step);
void compare_events(const KnownEntries& known,
                    const ListReading& reading,
                    std::optional<TimePoint> last_read,
                    Step& step);

/// Fills in the document, the number of players and the top players.
void summarise(
    const WorldMemory& world, const Reading& reading, const TickInput& input, const Limits& limits, Step& step);

}  // namespace watchtower::collector
