#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/collector/model/world.hpp"

/// What a step becomes in the tables. Pure.
namespace watchtower::collector {

/// A player's numbers after a step: the columns of player_current, as far as they are not the change's.
struct PlayerRow {
    std::string player_id;
    bool in_nomads = false;
    bool in_resources = false;
    bool in_dwellings = false;
    std::uint64_t nomads = 0;
    std::uint64_t actions = 0;
    std::string actions_by_name;  ///< JSON object
    Balance balance;
    PlayerDwellings dwellings;
    std::optional<std::string> baseline;  ///< nothing: nomads and actions_by_name are the baseline
    PlayerHistory history;
};

/// The player of a change as he will be once the step is applied.
[[nodiscard]] PlayerRow player_row(const WorldMemory& world, const Step& step, const PlayerChange& change);

/// The metrics of a state by the names of GET /api/v1/metrics/history, values as decimal text. A stale section has
/// none.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> metric_rows(const proto::State& state);

}  // namespace watchtower::collector
