#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/postgres/client.hpp"
#include "services/api-gateway/series.hpp"

namespace watchtower::gateway {

/// The answer to GET /api/v1/players/{player_id}/history. Numbers are JSON texts with all their digits.
struct PlayerHistory {
    /// What a player had after a change.
    struct Levels {
        TimePoint time;
        std::vector<std::string> values;  ///< in the order of kPlayerLevels
    };
    /// A step with changes: the levels at its end, and what it added.
    struct Point {
        Levels levels;                   ///< time: the step's beginning
        std::vector<std::string> added;  ///< in the order of kPlayerCounters
    };

    std::string player_id;
    std::chrono::seconds step{60};
    std::optional<Levels> before;  ///< time: of the last change before the first step; nothing: not known
    std::vector<Point> points;     ///< no point: no change was seen
};

/// Columns of player_activity and player_daily, and names in the answer.
inline constexpr std::array kPlayerLevels = {"nomads", "actions", "gold", "spice", "dwellings", "highest_level"};
inline constexpr std::array kPlayerCounters = {
    "actions_added", "nomads_created", "gold_collected", "gold_spent", "spice_collected", "spice_spent"};

/// Asks the tables for a player of a world: days where the step is a whole number of days and for what is older than
/// the changes that are kept, the changes for the rest. A day that is known as a whole stands in the step of its last
/// change. Nothing: there is no such player. Throws BadInput as choose_steps does, and as the transaction does.
[[nodiscard]] std::optional<PlayerHistory> query_player_history(pqxx::transaction_base& transaction,
                                                                const std::string& world,
                                                                const std::string& player_id,
                                                                const Range& range,
                                                                Milliseconds interval);

/// One JSON object, keys as in openapi/players.json.
[[nodiscard]] std::string encode(const PlayerHistory& history);

}  // namespace watchtower::gateway
