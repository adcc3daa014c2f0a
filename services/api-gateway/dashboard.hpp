#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::gateway {

/// What a dashboard asks: a world, and the window (tick - time_window, tick].
struct DashboardQuestion {
    std::string world;
    TimePoint tick;
    std::chrono::seconds time_window{3600};

    bool operator<(const DashboardQuestion& other) const {
        return std::tie(world, tick, time_window) < std::tie(other.world, other.tick, other.time_window);
    }
};

/// A number as JSON writes it, with all its digits.
using JsonNumber = std::string;

/// The answer to GET /api/v1/dashboard/stats. What was never collected is nothing, not zero.
struct DashboardStats {
    struct Player {
        std::string player_id;
        JsonNumber actions;
        std::int32_t highest_level = 0;
        JsonNumber gold;
        JsonNumber spice;
    };
    struct EventType {
        std::string type;
        JsonNumber count;
        JsonNumber affected_players;
    };

    std::uint64_t active_players = 0;         ///< who acted in the window
    std::optional<JsonNumber> total_actions;  ///< rise of the counter, as the next three
    std::optional<JsonNumber> total_attacks;
    std::optional<JsonNumber> successful_attacks;
    std::optional<JsonNumber> destroyed_dwellings;
    JsonNumber gold_collected = "0";
    JsonNumber spice_collected = "0";
    std::vector<Player> top_players;    ///< 10 at most: by actions in the window, highest first, then bytewise
    std::vector<EventType> top_events;  ///< 5 at most: by count in the window, highest first, then bytewise
};

/// Asks the tables. A counter's rise is its last value of the window less its last value before it; a world first seen
/// inside the window counts from 0. Throws as the transaction does.
[[nodiscard]] DashboardStats query_dashboard(pqxx::transaction_base& transaction, const DashboardQuestion& question);

/// One JSON object, keys as in openapi/past.json. `timestamp` is that of the state the window ends with.
[[nodiscard]] std::string encode(const DashboardStats& stats, const DashboardQuestion& question, TimePoint timestamp);

}  // namespace watchtower::gateway
