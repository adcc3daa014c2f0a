#include "services/publisher/schedule.hpp"

#include <algorithm>

namespace watchtower::publisher {

namespace {

/// A state needs a moment from its commit to here.
constexpr Milliseconds kBeyondTimeout{5'000};

}  // namespace

Schedule Schedule::of(Milliseconds interval, Milliseconds request_timeout) {
    return {interval, std::min(request_timeout + kBeyondTimeout, interval / 2)};
}

TimePoint Schedule::next_after(TimePoint now) const {
    return tick_at_or_before(now, interval) + interval;
}

TimePoint Schedule::following(TimePoint publication, TimePoint now) const {
    const TimePoint newest = std::max(tick_at_or_before(now, interval), publication);
    return newest > publication && now <= deadline(newest) ? newest : newest + interval;
}

bool belongs_to(const proto::State& state, TimePoint publication) {
    return state.tick >= tick_at_or_before(publication, state.interval);
}

std::vector<Due> Round::take(const world_state::Worlds& worlds, TimePoint now) {
    std::vector<Due> due;
    for (const world_state::World& world : worlds.all) {
        if (!world.state || taken_.contains(world.name)) {
            continue;
        }
        const bool there = belongs_to(*world.state, publication_);
        if (there || now >= deadline_) {
            taken_.insert(world.name);
            due.push_back({world, world.position == 0 && &world == worlds.first(), !there});
        }
    }
    return due;
}

bool Round::is_over(const world_state::Worlds& worlds, TimePoint now) const {
    const auto is_taken = [this](const world_state::World& world) { return taken_.contains(world.name); };
    return now >= deadline_ || (!worlds.all.empty() && std::all_of(worlds.all.begin(), worlds.all.end(), is_taken));
}

}  // namespace watchtower::publisher
