#include "services/api-gateway/game_metrics.hpp"

#include "common/metrics/service_metrics.hpp"
#include "common/world_state/freshness.hpp"
#include "common/world_state/prometheus_text.hpp"

namespace watchtower::gateway {

bool GameMetrics::is_current(const std::shared_ptr<const world_state::Worlds>& worlds, TimePoint now) const {
    return worlds_ == worlds && now >= rendered_at_ && (!good_until_ || now < *good_until_);
}

Rendered GameMetrics::render_now() {
    const auto worlds = worlds_now_();
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    if (is_current(worlds, now)) {
        return rendered_;
    }
    TimePoint newest{};
    std::optional<TimePoint> good_until;
    for (const world_state::World& world : worlds->all) {
        const auto change = world.state ? world_state::next_change(*world.state, now) : std::nullopt;
        if (change && (!good_until || *change < *good_until)) {
            good_until = change;
        }
        newest = std::max(newest, world.state ? world.state->tick : newest);
    }
    rendered_ = render(world_state::prometheus_text(*worlds, now, top_players_), newest, metrics::kContentType);
    worlds_ = worlds;
    rendered_at_ = now;
    good_until_ = good_until;
    return rendered_;
}

}  // namespace watchtower::gateway
