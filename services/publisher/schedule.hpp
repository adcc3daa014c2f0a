#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::publisher {

/// When to publish. Pure.
struct Schedule {
    Milliseconds interval{60'000};  ///< publication times are its multiples in UTC
    Milliseconds patience{15'000};  ///< how long after one a state may still come

    /// `request_timeout` is the collectors'. Patience never takes more than half an interval.
    [[nodiscard]] static Schedule of(Milliseconds interval, Milliseconds request_timeout);

    /// The first publication time after `now`.
    [[nodiscard]] TimePoint next_after(TimePoint now) const;
    /// The publication time to serve at `now`, after `publication` was: the next one, or after a long pause the newest
    /// if it can still be waited for.
    [[nodiscard]] TimePoint following(TimePoint publication, TimePoint now) const;
    /// The last moment to wait for the states of a publication time.
    [[nodiscard]] TimePoint deadline(TimePoint publication) const { return publication + patience; }
};

/// Whether this is the state that belongs to a publication time: of the newest scheduled tick at or before it, or a
/// newer one.
[[nodiscard]] bool belongs_to(const proto::State& state, TimePoint publication);

/// One world to be published now.
struct Due {
    world_state::World world;  ///< has a state
    bool first = false;        ///< the default world; of a list that lacks it, none is
    bool late = false;         ///< the state is older than the publication time asks for
};

/// One publication time: each world once, as soon as its state is there, without it at the deadline. Pure.
class Round {
public:
    Round(TimePoint publication, TimePoint deadline) : publication_(publication), deadline_(deadline) {}

    /// The worlds to publish at `now` that were not returned before. A world without any state never is.
    [[nodiscard]] std::vector<Due> take(const world_state::Worlds& worlds, TimePoint now);

    /// Whether nothing is left to wait for.
    [[nodiscard]] bool is_over(const world_state::Worlds& worlds, TimePoint now) const;

    [[nodiscard]] TimePoint publication() const { return publication_; }
    [[nodiscard]] TimePoint deadline() const { return deadline_; }

private:
    const TimePoint publication_;
    const TimePoint deadline_;
    std::set<std::string> taken_;
};

}  // namespace watchtower::publisher
