#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

namespace watchtower::gateway {

/// The end of what clients may ask for: later ones have years of five digits.
inline constexpr TimePoint kLastMoment{std::chrono::sys_days{std::chrono::year(9999) / 12 / 31}};

/// A time as clients write it: RFC 3339, or seconds since the epoch; from 1970 to kLastMoment. Nothing for other text.
[[nodiscard]] std::optional<TimePoint> try_parse_moment(std::string_view text);

}  // namespace watchtower::gateway
