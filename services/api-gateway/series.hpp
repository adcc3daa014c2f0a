#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"
#include "services/api-gateway/parameters.hpp"

/// What a request for a history asks. Pure.
namespace watchtower::gateway {

/// A metric of gameplay_metrics.
struct Metric {
    enum class Kind {
        level,   ///< a step shows its last value
        counter  ///< a step shows what it rose by
    };
    std::string name;
    Kind kind = Kind::level;
    /// Has a row at each tick at which the metric was known; the metric may have none, and is 0 then: an action that
    /// nobody had done yet. Mostly the metric itself.
    std::string witness;

    bool operator==(const Metric&) const = default;
};

[[nodiscard]] const char* to_text(Metric::Kind kind);

extern const Parameter<Metric> kMetric;  ///< ?metric=

/// The query parameters `from`, `to` and `step`: times in [from, to), by default the last hour.
struct Range {
    TimePoint from;
    TimePoint to;
    std::optional<std::chrono::seconds> step;

    bool operator==(const Range&) const = default;
};

/// Throws BadInput naming the parameter.
[[nodiscard]] Range parse_range(const http::Request& request, TimePoint now);

/// The steps that a range is shown in. Step 0 holds its beginning, the last one its end; they lie on multiples of
/// their length since the epoch, so that equal steps of different requests are equal.
struct Steps {
    TimePoint begin;
    std::chrono::seconds length{60};
    std::int64_t count = 0;

    [[nodiscard]] TimePoint at(std::int64_t number) const { return begin + number * length; }
    [[nodiscard]] TimePoint end() const { return at(count); }

    bool operator==(const Steps&) const = default;
};

inline constexpr std::int64_t kMostSteps = 5000;
inline constexpr std::int64_t kUsualSteps = 500;

/// The request's own step, or a round one that makes kUsualSteps at most and is no shorter than `least`. Throws
/// BadInput naming `step` when its own makes more than kMostSteps.
[[nodiscard]] Steps choose_steps(const Range& range, Milliseconds least);

/// A metric's last value within a step, as decimal text.
struct KnownValue {
    std::int64_t step = 0;
    std::string value;
};

/// The value of each step: of a level the last one, of a counter what it rose by since the last value that is known,
/// which before the first of `known` (in the order of steps) is `before`. Nothing where a step has no value, and where
/// a counter's earlier value is not known. Throws Error when a value is no decimal number.
[[nodiscard]] std::vector<std::optional<std::string>> build_points(Metric::Kind kind,
                                                                   std::int64_t steps,
                                                                   const std::vector<KnownValue>& known,
                                                                   const std::optional<std::string>& before);

}  // namespace watchtower::gateway
