#include "services/publisher/schedule.hpp"

#include <algorithm>

namespace watchtower::publisher {

namespace {

/// A state needs a moment from its commit to here.
constexpr Milliseconds kBeyondTimeout{5'000};

}  // namespace

Schedule Schedule::of(Milliseconds interval, Milliseconds request_timeout, std::int64_t backlog) {
    return {interval, std::min(request_timeout + kBeyondTimeout, interval / 2), backlog};
}

std::int64_t Schedule::between(TimePoint published, TimePoint current) const {
    return std::max<std::int64_t>((current - published) / interval - 1, 0);
}

std::vector<TimePoint> Schedule::to_make_up(TimePoint published, TimePoint current) const {
    std::vector<TimePoint> times;
    for (auto count = std::min(between(published, current), backlog); count > 0; --count) {
        times.push_back(current - count * interval);
    }
    return times;
}

bool belongs_to(const proto::State& state, TimePoint publication) {
    return state.tick >= tick_at_or_before(publication, state.interval);
}

}  // namespace watchtower::publisher
