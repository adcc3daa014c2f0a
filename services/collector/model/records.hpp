#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/amount.hpp"

/// One record of the game's lists each, checked and typed. Texts are unescaped and live only until the next record.
/// docs/contract.md, "The game's API", has the fields.
namespace watchtower::collector {

using ActionCount = std::pair<std::string_view, std::uint64_t>;

/// What a sink noted of a name when it was told to expect the record.
struct NotedName {
    std::uint32_t hash = 0;  ///< 0: nothing
    std::uint32_t number = 0;
};

struct NomadRecord {
    std::string_view player_id;
    std::optional<std::string_view> id;
    std::uint64_t count = 1;
    std::optional<std::string_view> last_action;
    std::optional<TimePoint> last_action_at;
    bool has_actions = false;          ///< `actions` was there, if only as an empty object
    std::vector<ActionCount> actions;  ///< cumulative
    NotedName noted_player{};
    NotedName noted_id{};
};

/// One player's gold, spice or both.
struct BalanceRecord {
    std::string_view player_id;
    std::optional<proto::Amount> gold;
    std::optional<proto::Amount> spice;
    bool whole = false;  ///< all that the player has (what is missing is 0), not one of several rows to be added up
    NotedName noted_player{};
};

struct DwellingRecord {
    std::string_view player_id;
    std::uint32_t level = 1;  ///< 1 to 1000
    NotedName noted_player{};
};

struct CombatRecord {
    std::optional<std::string_view> id;
    std::string_view type = "attack";
    bool success = false;
    std::string_view attacker_id;  ///< empty when not told
    std::string_view defender_id;
    std::uint64_t destroyed_dwellings = 0;
};

struct EventRecord {
    std::optional<std::string_view> id;
    std::string_view type;
    std::uint64_t affected_players = 0;  ///< the number given, or how many ids were listed
    std::uint64_t affected_ids = 0;      ///< tells lists of ids apart, whatever their order; 0 without any
};

/// Why a record makes no sense: the label `reason` of watchtower_invalid_records_total.
enum class InvalidReason {
    not_an_object,
    missing_player,
    missing_field,
    wrong_type,
    negative,
    not_finite,
    bad_level,
    out_of_range
};

inline constexpr std::array kInvalidReasons = {InvalidReason::not_an_object,
                                               InvalidReason::missing_player,
                                               InvalidReason::missing_field,
                                               InvalidReason::wrong_type,
                                               InvalidReason::negative,
                                               InvalidReason::not_finite,
                                               InvalidReason::bad_level,
                                               InvalidReason::out_of_range};

[[nodiscard]] constexpr std::string_view to_text(InvalidReason reason) {
    constexpr std::array<std::string_view, kInvalidReasons.size()> kNames = {"not_an_object",
                                                                             "missing_player",
                                                                             "missing_field",
                                                                             "wrong_type",
                                                                             "negative",
                                                                             "not_finite",
                                                                             "bad_level",
                                                                             "out_of_range"};
    return kNames[static_cast<std::size_t>(reason)];
}

/// Takes the records of one section as they are read. A record may still be refused for what it would do to a sum
/// (out_of_range); nothing: it was taken.
class RecordSink {
public:
    virtual ~RecordSink() = default;
    virtual std::optional<InvalidReason> take(const NomadRecord& record) = 0;
    virtual std::optional<InvalidReason> take(const BalanceRecord& record) = 0;
    virtual std::optional<InvalidReason> take(const DwellingRecord& record) = 0;
    virtual std::optional<InvalidReason> take(const CombatRecord& record) = 0;
    virtual std::optional<InvalidReason> take(const EventRecord& record) = 0;

    /// A record that will be taken a little later, unless the body turns out to be broken: a sink may note its names
    /// and fetch what it will need into the processor's cache. Called kSteps times for each record, with some records
    /// in between: what one step fetched is there at the next.
    static constexpr std::size_t kSteps = 3;
    virtual void expect(NomadRecord& /*record*/, std::size_t /*step*/) const {}
    virtual void expect(BalanceRecord& /*record*/, std::size_t /*step*/) const {}
    virtual void expect(DwellingRecord& /*record*/, std::size_t /*step*/) const {}
};

}  // namespace watchtower::collector
