#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "tests/soak/fault_plan.hpp"
#include "tests/soak/stage.hpp"

/// What must be true at the end, when nothing is wrong any more, everybody who left the game is back and the game
/// stands still. Each function gives a line for each thing that is not as it should be; empty: all is.
namespace watchtower::test {

/// The newest stored state of a world against the game's truth: then everything that ever happened must be counted,
/// whatever was read and whatever was lost on the way.
[[nodiscard]] std::string truth_differences(Stage& stage, const std::string& world);

/// The tables against the truth of each player, and against each other.
[[nodiscard]] std::string table_differences(Stage& stage, const std::string& world);

/// What Redis holds, the exporter and the gateway show, against the snapshots in PostgreSQL.
[[nodiscard]] std::string reader_differences(Stage& stage, const std::string& world);

/// Ticks that are missing in `snapshots` between a world's first and last one, oldest first.
[[nodiscard]] std::vector<TimePoint> missing_ticks(Stage& stage, const std::string& world);

}  // namespace watchtower::test
