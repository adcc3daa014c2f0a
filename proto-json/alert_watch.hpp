#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/sections.hpp"

namespace watchtower::proto {

/// What judging a world's alerts remembers from tick to tick. It is part of the state, so that whoever collects the
/// world next judges as if nobody had changed. Scheduled ticks only; requested collections leave it alone but for
/// `lost_ticks`.
struct AlertWatch {
    /// The totals at a tick.
    struct Sample {
        TimePoint tick;
        std::uint64_t actions = 0;
        std::uint64_t attacks = 0;
        std::uint64_t attacks_successful = 0;

        bool operator==(const Sample&) const = default;
    };

    std::optional<TimePoint> judged;        ///< the last tick that was judged
    std::optional<TimePoint> nomads_since;  ///< since when nomads were read at each tick; nothing: not at the last one
    std::optional<TimePoint> pvp_since;     ///< the same of pvp
    std::vector<Sample> samples;            ///< oldest first; some 60 at most
    /// By section: how many ticks in a row it failed, or, as a negative number, was read.
    std::array<std::int64_t, kSectionCount> failures{};
    std::int64_t risks = 0;        ///< how many ticks in a row data was at risk, or, negative, was not
    std::uint64_t lost_ticks = 0;  ///< whose detail was lost since the alert of it opened

    bool operator==(const AlertWatch&) const = default;
};

}  // namespace watchtower::proto
