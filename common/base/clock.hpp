#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace watchtower {

/// A moment in UTC, to the millisecond.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

/// The source of time for whatever is tested with time standing still. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override;
};

/// A clock that stands still until it is set. Thread-safe.
class ManualClock final : public Clock {
public:
    explicit ManualClock(TimePoint start) : now_(start) {}
    [[nodiscard]] TimePoint now() const override;
    void set(TimePoint now);
    void advance(Milliseconds by);

private:
    mutable std::mutex mutex_;
    TimePoint now_;
};

/// "2025-12-08T12:34:56.789Z": RFC 3339, UTC, always milliseconds.
[[nodiscard]] std::string to_rfc3339(TimePoint time);

/// Reads an RFC 3339 date-time with any offset and number of fractional digits (cut to milliseconds).
/// Throws BadInput that quotes the text.
[[nodiscard]] TimePoint parse_rfc3339(std::string_view text);

/// The same for text that is often no time: nothing instead of BadInput.
[[nodiscard]] std::optional<TimePoint> try_parse_rfc3339(std::string_view text);

/// "1733661296" or, between whole seconds, "1733661296.5": seconds since the epoch with the fewest digits.
[[nodiscard]] std::string to_epoch_seconds(TimePoint time);

/// Reads what to_epoch_seconds writes (at most 3 fractional digits). Throws BadInput.
[[nodiscard]] TimePoint parse_epoch_seconds(std::string_view text);

/// The latest multiple of `interval` since the epoch that is not after `time`.
[[nodiscard]] TimePoint tick_at_or_before(TimePoint time, Milliseconds interval);

}  // namespace watchtower
