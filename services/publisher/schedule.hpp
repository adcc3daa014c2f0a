#pragma once

#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"

namespace watchtower::publisher {

/// When to publish: at the multiples of `interval` in UTC, the publication times. Pure.
struct Schedule {
    Milliseconds interval{60'000};
    Milliseconds patience{15'000};  ///< how long after a publication time its state may still come
    std::int64_t backlog = 60;      ///< how many missed ones are made up for

    /// `request_timeout` is the collectors'. Patience never takes more than half an interval.
    [[nodiscard]] static Schedule of(Milliseconds interval, Milliseconds request_timeout, std::int64_t backlog);

    /// The publication time that is to be served at `now`.
    [[nodiscard]] TimePoint current(TimePoint now) const { return tick_at_or_before(now, interval); }
    /// The last moment to wait for the state of a publication time.
    [[nodiscard]] TimePoint deadline(TimePoint publication) const { return publication + patience; }

    /// How many publication times lie between the two.
    [[nodiscard]] std::int64_t between(TimePoint published, TimePoint current) const;
    /// Those of them that are made up for, the newest `backlog`, oldest first.
    [[nodiscard]] std::vector<TimePoint> to_make_up(TimePoint published, TimePoint current) const;
};

/// Whether this is the state that belongs to a publication time: of the newest scheduled tick at or before it, or a
/// newer one.
[[nodiscard]] bool belongs_to(const proto::State& state, TimePoint publication);

}  // namespace watchtower::publisher
