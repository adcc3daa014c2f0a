#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/sections.hpp"
#include "services/collector/model/action_counts.hpp"
#include "services/collector/model/admitted_names.hpp"
#include "services/collector/model/contributions.hpp"
#include "services/collector/model/name_table.hpp"
#include "services/collector/model/player_numbers.hpp"
#include "services/collector/model/records.hpp"

/// What the game said at one tick, aggregated while it is parsed.
namespace watchtower::collector {

/// What a player's records of nomads come to, apart from the actions.
struct PlayerNomads {
    std::uint64_t nomads = 0;
    std::uint32_t records = 0;  ///< 0: not in the list after all, the nomad was told to be another player's
    std::uint32_t telling = 0;  ///< records with `actions`, if only an empty object
};

struct NomadsReading {
    PlayerNumbers players;
    NameTable actions;
    std::vector<PlayerNomads> of_players;  ///< by player, who may be in none of the section's records
    ActionCounts counts;
    std::uint64_t total_nomads = 0;
    std::uint64_t total_actions = 0;       ///< of all `actions`
    std::vector<std::uint64_t> by_action;  ///< by action: what the document shows
};

struct Balance {
    proto::Amount gold;
    proto::Amount spice;
    bool operator==(const Balance&) const = default;
};

struct ResourcesReading {
    PlayerNumbers players;
    std::vector<std::uint8_t> present;  ///< by player
    std::vector<Balance> balances;      ///< by player
};

struct PlayerDwellings {
    std::uint32_t count = 0;
    std::uint32_t highest_level = 0;
    bool operator==(const PlayerDwellings&) const = default;
};

struct DwellingsReading {
    PlayerNumbers players;
    std::vector<PlayerDwellings> dwellings;  ///< by player; a count of 0 for those who are not in the list
    std::map<std::uint32_t, std::uint64_t> by_level;
};

/// One entry of a list, or several equal ones without ids.
struct ListEntry {
    std::string type;
    bool success = false;        ///< combats
    std::uint64_t affected = 0;  ///< combats: dwellings destroyed; events: players affected
    std::uint64_t count = 1;     ///< 1 with an id
};

/// A list's entries by what tells them apart: "#<id>", or "=<all fields>" for those without an id.
using ListReading = std::unordered_map<std::string, ListEntry>;

/// The sections' records put together. Sections may be read by several threads at once, each section by one.
class Reading final : public RecordSink {
public:
    std::optional<InvalidReason> take(const NomadRecord& record) override;
    std::optional<InvalidReason> take(const BalanceRecord& record) override;
    std::optional<InvalidReason> take(const DwellingRecord& record) override;
    std::optional<InvalidReason> take(const CombatRecord& record) override;
    std::optional<InvalidReason> take(const EventRecord& record) override;

    void expect(NomadRecord& record, std::size_t step) const override;
    void expect(BalanceRecord& record, std::size_t step) const override;
    void expect(DwellingRecord& record, std::size_t step) const override;

    /// Ready for the next tick; keeps the memory. `players`: those of the world that the reading will be compared with,
    /// which makes that faster. They must stay where and as they are until then, but for new ones.
    void clear(const NameTable* players = nullptr);

    /// The names that the world has had so far. Records with names beyond AdmittedNames::kMost are refused; so that
    /// this holds over the world's life, a new reading has to be told those that were counted before.
    struct Names {
        AdmittedNames actions;
        AdmittedNames attack_types;
        AdmittedNames event_types;
    };
    Names names;

    NomadsReading nomads;
    ResourcesReading resources;
    DwellingsReading dwellings;
    ListReading combats;
    ListReading events;

private:
    /// What the record contributes, into contribution_. False when it has an action that is not admitted.
    [[nodiscard]] bool note_contribution(const NomadRecord& record);
    /// The number of the record's action at that position, or kNone when it is not admitted.
    [[nodiscard]] NameTable::Id action_at(std::size_t position, std::string_view name);
    void contribute(const Contribution& contribution);
    void take_back(const Contribution& contribution);
    static std::optional<InvalidReason> put(ListReading& list,
                                            std::uint64_t& affected,
                                            std::string key,
                                            ListEntry entry);

    NameTable nomad_ids_;
    Contributions contributions_;              ///< of the nomads with ids
    Contribution contribution_;                ///< of the record in hand
    Contribution replaced_;                    ///< what it replaces
    std::vector<NameTable::Id> last_actions_;  ///< of the last record with actions, in its order
    std::uint64_t combats_affected_ = 0;       ///< over all records of the list, those that came twice too
    std::uint64_t events_affected_ = 0;
};

}  // namespace watchtower::collector
