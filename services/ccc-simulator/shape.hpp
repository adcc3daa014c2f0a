#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/ccc-simulator/players.hpp"

namespace watchtower::simulator {

/// Which of the forms that the game's bodies may have this world uses.
struct Shape {
    enum class Nomads {
        actions,         ///< one record a nomad, cumulative `actions`
        grouped,         ///< one record a player, `count` and cumulative `actions`
        last_action,     ///< only the last action
        last_action_at,  ///< and when it was
        action_type      ///< the last action under its other name
    };
    enum class Affected { ids, count, absent };

    Nomads nomads = Nomads::actions;
    bool resource_rows = false;    ///< one row for each player and resource
    bool pvp_actions = false;      ///< `pvp_actions` in place of `combats`
    bool integer_players = false;  ///< 17 in place of "player17"
    bool ids = true;               ///< of nomads, combats and events
    Affected affected = Affected::ids;

    /// The nomads body shows counters that only rise.
    [[nodiscard]] bool cumulative() const { return nomads == Nomads::actions || nomads == Nomads::grouped; }
};

/// Reads `name=value` words: nomads=actions|grouped|last_action|last_action_at|action_type,
/// resources=players|resources, pvp=combats|pvp_actions, players=string|integer, ids=present|absent,
/// affected=ids|count|absent. What is not named keeps its default. Throws BadInput.
[[nodiscard]] Shape parse_shape(const std::vector<std::string>& words);

/// The player's id as readers see it, whatever the shape: "player17" or "17".
[[nodiscard]] std::string player_id(PlayerIndex player, const Shape& shape);

}  // namespace watchtower::simulator
