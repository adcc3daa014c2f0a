#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "common/base/clock.hpp"
#include "services/api-gateway/rendered.hpp"
#include "services/api-gateway/worlds_now.hpp"

namespace watchtower::gateway {

/// The game's metrics as Prometheus text, rendered when the worlds or their freshness changed. Thread-safe.
class GameMetrics {
public:
    GameMetrics(WorldsNow worlds_now, const Clock& clock, std::size_t top_players)
        : worlds_now_(std::move(worlds_now)),
          clock_(clock),
          top_players_(top_players) {}

    [[nodiscard]] Rendered render_now();

private:
    [[nodiscard]] bool is_current(const std::shared_ptr<const world_state::Worlds>& worlds, TimePoint now) const;

    const WorldsNow worlds_now_;
    const Clock& clock_;
    const std::size_t top_players_;
    std::mutex mutex_;  ///< for what follows; held while rendering
    std::shared_ptr<const world_state::Worlds> worlds_;
    TimePoint rendered_at_;
    std::optional<TimePoint> good_until_;
    Rendered rendered_;
};

}  // namespace watchtower::gateway
