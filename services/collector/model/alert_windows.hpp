#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"

/// Inside of judging alerts: what happened within the last minutes. Pure.
namespace watchtower::collector {

/// What happened since a sample.
struct Activity {
    std::uint64_t actions = 0;
    std::uint64_t attacks = 0;
    std::uint64_t attacks_failed = 0;
};

/// Notes a scheduled tick in the watch. Samples are kept for two windows, no closer than a thirtieth of one. A gap of
/// more than two intervals makes what was before it useless.
void note_tick(proto::AlertWatch& watch, const proto::State& state, Milliseconds window);

/// What happened from the newest sample that is at least `length` old until the state's tick. Nothing when that sample
/// is missing or from before `unbroken_since`: the window is not complete.
[[nodiscard]] std::optional<Activity> activity_within(const proto::AlertWatch& watch,
                                                      const proto::State& state,
                                                      Milliseconds length,
                                                      std::optional<TimePoint> unbroken_since);

}  // namespace watchtower::collector
