#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "services/collector/doctor/finding.hpp"

namespace watchtower::collector::doctor {

/// Asks somebody for the time and compares it with this machine's. `error` is what the answer may be wrong by besides
/// the time it took. `whose` is as in "the database's".
[[nodiscard]] Outcome compare_clock(const std::string& whose,
                                    const std::function<TimePoint()>& ask,
                                    Milliseconds error = Milliseconds(0));

/// The same with a time that was told between `asked` and `answered`.
[[nodiscard]] Outcome compare_clock(
    const std::string& whose, TimePoint told, TimePoint asked, TimePoint answered, Milliseconds error);

/// "Sun, 22 Nov 2026 22:15:00 GMT" (RFC 9110); nothing when it is something else.
[[nodiscard]] std::optional<TimePoint> parse_http_date(const std::string& text);

}  // namespace watchtower::collector::doctor
