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

struct PlayerWrite {
    PlayerRow row;
    PlayerChange change;
};

/// One tick of a world as it goes into the tables: complete by itself, so that it can wait for a database that is away.
struct TickWrite {
    std::optional<TimePoint> previous_tick;  ///< the world's last tick when this one was made; nothing: its first
    proto::State state;
    bool reset = false;  ///< forget all list entries first
    std::vector<PlayerWrite> players;
    std::vector<ListChange> combats;
    std::vector<ListChange> events;
    std::vector<proto::EventsSection::Type> events_added;
};

/// What is to be stored of a step that was made from `world` and not yet applied.
[[nodiscard]] TickWrite tick_write(const WorldMemory& world, const Step& step);

/// The metrics of a state by the names of GET /api/v1/metrics/history, values as decimal text. A stale section has
/// none.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> metric_rows(const proto::State& state);

}  // namespace watchtower::collector
