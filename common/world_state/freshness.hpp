#pragma once

#include <array>
#include <optional>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"

namespace watchtower::world_state {

/// What time alone changes in how a state is shown.
struct Freshness {
    proto::StaleSections stale;  ///< proto::staleness
    /// Stale sections whose last good values are older than ten intervals, and those never collected: their gauges are
    /// not shown any more.
    std::array<bool, proto::kSectionCount> expired{};

    [[nodiscard]] bool shows(proto::Section section) const { return !expired[proto::index(section)]; }

    bool operator==(const Freshness&) const = default;
};

[[nodiscard]] Freshness freshness(const proto::State& state, TimePoint now);

/// The first moment after `now` at which freshness(state, …) will differ; nothing when it never will.
[[nodiscard]] std::optional<TimePoint> next_change(const proto::State& state, TimePoint now);

}  // namespace watchtower::world_state
