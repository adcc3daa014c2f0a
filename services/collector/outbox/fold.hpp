#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "services/collector/store/rows.hpp"

/// Making waiting ticks smaller without making a number wrong. Pure.
namespace watchtower::collector {

/// Memory that a write takes, roughly, in bytes; what counts against OUTBOX_MAX_BYTES.
[[nodiscard]] std::size_t bytes_of(const TickWrite& write);

/// Makes one write of two that follow each other: all states, and of each player, list entry and type of event one row.
/// Stored, it leaves the tables as both would, but for player_activity and event_metrics, which tell of both ticks at
/// the second one.
[[nodiscard]] TickWrite fold(TickWrite older, TickWrite newer);

/// Drops the states of ticks that were folded in. They will be missing from snapshots and gameplay_metrics; no total
/// changes. False: there are none.
bool drop_folded_states(TickWrite& write);

/// How rows are told apart and put together: equal `keys` first columns are one row. The newer one counts, but columns
/// from `first_sum` on are decimal numbers and add up.
struct RowShape {
    std::size_t keys = 1;
    std::size_t first_sum = SIZE_MAX;
};

/// Merges rows in the text format of COPY; in both, no two rows have equal keys. Newer rows come last.
[[nodiscard]] std::string merge_rows(std::string_view older, std::string_view newer, const RowShape& shape);

}  // namespace watchtower::collector
