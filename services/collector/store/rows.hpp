#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/collector/model/world.hpp"

/// What a step becomes in the tables. Pure.
namespace watchtower::collector {

/// What is stored of a world in one transaction: one tick, or several that were folded into one. Complete by itself, so
/// that it can wait for a database that is away, here or in Redis. Rows are in the text format of COPY.
struct TickWrite {
    std::optional<TimePoint> previous_tick;  ///< the world's last tick when this one was made; nothing: its first
    std::optional<StateId> previous_id;      ///< of the state it was made from, as WorldMemory::state_id
    std::vector<proto::State> states;        ///< oldest first; the last is the newest tick, others were folded into it
    std::string state_text;                  ///< encode(state())
    StateId id;                              ///< of state()
    bool reset = false;                      ///< forget all list entries first
    std::string players;                     ///< of players whose numbers changed, see kPlayerColumns
    std::uint64_t player_rows = 0;
    std::string entries;         ///< of list entries to be remembered or forgotten, see kEntryColumns
    std::string events_added;    ///< by type of event, see kEventColumns
    std::uint64_t erasures = 0;  ///< ErasedPlayers::erasures when it was made; of folded ticks the least
    std::vector<proto::NumberedAlert> alert_log;  ///< alerts that opened or resolved, in the log's order
    std::string suspects;                         ///< of whom moderation knows something else now, see kSuspectColumns
    std::uint64_t reviews = 0;                    ///< Moderation::reviews when it was made; of folded ticks the least

    [[nodiscard]] const proto::State& state() const { return states.back(); }
};

/// The columns of TickWrite's rows, in order. Of player_activity's, `actions_added` and what follows are what the tick
/// added; of player_current's, all but world and changed_at.
inline constexpr auto kPlayerColumns =
    "player_id text, first_seen timestamptz, last_active timestamptz, in_nomads boolean, in_resources boolean,"
    " in_dwellings boolean, nomads bigint, actions bigint, actions_by_name json, actions_counted bigint, gold numeric,"
    " spice numeric, dwellings bigint, highest_level integer, baseline json, actions_added bigint,"
    " nomads_created bigint, gold_collected numeric, gold_spent numeric, spice_collected numeric, spice_spent numeric";
inline constexpr std::size_t kPlayerKeys = 1;
inline constexpr std::size_t kFirstPlayerSum = 15;  ///< this column and all after it add up when ticks are folded

inline constexpr auto kEntryColumns = "section text, entry text, count bigint, left_at timestamptz, forget boolean";
inline constexpr std::size_t kEntryKeys = 2;

inline constexpr auto kEventColumns = "event_type text, count bigint, affected_players bigint";
inline constexpr std::size_t kEventKeys = 1;

/// What is watched, and from `active` on what somebody is accused of, null for who is not. Without heat and busy_ms he
/// is not watched any more.
inline constexpr auto kSuspectColumns =
    "kind text, player_id text, heat double precision, busy_ms bigint, busy_until timestamptz, active boolean,"
    " score double precision, evidence json, opened_at timestamptz, updated_at timestamptz";
inline constexpr std::size_t kSuspectKeys = 2;

/// What is to be stored of a step that was made from `world` and not yet applied.
[[nodiscard]] TickWrite tick_write(const WorldMemory& world, const Step& step);

/// The metrics of a state by the names of GET /api/v1/metrics/history, values as decimal text. A stale section has
/// none.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> metric_rows(const proto::State& state);

}  // namespace watchtower::collector
