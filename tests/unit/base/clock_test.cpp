#include "common/base/clock.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower {
namespace {

using std::chrono::milliseconds;

TEST(Clock, WritesRfc3339WithMilliseconds) {
    EXPECT_EQ(to_rfc3339(TimePoint(milliseconds(1765197296789))), "2025-12-08T12:34:56.789Z");
    EXPECT_EQ(to_rfc3339(TimePoint(milliseconds(0))), "1970-01-01T00:00:00.000Z");
}

TEST(Clock, ReadsRfc3339InAnyOffsetAndPrecision) {
    const TimePoint expected(milliseconds(1765197296789));
    EXPECT_EQ(parse_rfc3339("2025-12-08T12:34:56.789Z"), expected);
    EXPECT_EQ(parse_rfc3339("2025-12-08T14:34:56.789999+02:00"), expected);
    EXPECT_EQ(parse_rfc3339("2025-12-08t07:04:56.789-05:30"), expected);
    EXPECT_EQ(parse_rfc3339("2025-12-08T12:34:56Z"), TimePoint(milliseconds(1765197296000)));
}

TEST(Clock, RefusesWhatIsNoTime) {
    for (const char* text : {"",
                             "now",
                             "2025-12-08",
                             "2025-13-08T12:34:56Z",
                             "2025-02-29T12:34:56Z",
                             "2025-12-08T24:00:00Z",
                             "2025-12-08T12:34:56",
                             "2025-12-08T12:34:56.Z",
                             "2025-12-08T12:34:56Zx",
                             "2025-12-08T12:34:56+1"}) {
        EXPECT_THROW((void)parse_rfc3339(text), BadInput) << text;
    }
}

TEST(Clock, WritesEpochSecondsWithTheFewestDigits) {
    EXPECT_EQ(to_epoch_seconds(TimePoint(milliseconds(1733661296000))), "1733661296");
    EXPECT_EQ(to_epoch_seconds(TimePoint(milliseconds(1733661296500))), "1733661296.5");
    EXPECT_EQ(to_epoch_seconds(TimePoint(milliseconds(1733661296050))), "1733661296.05");
}

TEST(Clock, ReadsTheEpochSecondsItWrites) {
    for (const std::int64_t ms : {0LL, 1733661296000LL, 1733661296500LL, 1733661296050LL, 1733661296001LL}) {
        const TimePoint time{milliseconds(ms)};
        EXPECT_EQ(parse_epoch_seconds(to_epoch_seconds(time)), time);
    }
    for (const char* text : {"", "-1", "1.", "1.2345", "1e3", "99999999999999", "12 ", "0x10"}) {
        EXPECT_THROW((void)parse_epoch_seconds(text), BadInput) << text;
    }
}

TEST(Clock, TicksLieOnMultiplesOfTheInterval) {
    const TimePoint time(milliseconds(1733661296789));
    EXPECT_EQ(tick_at_or_before(time, milliseconds(60000)), TimePoint(milliseconds(1733661240000)));
    EXPECT_EQ(tick_at_or_before(time, milliseconds(500)), TimePoint(milliseconds(1733661296500)));
    EXPECT_EQ(tick_at_or_before(TimePoint(milliseconds(1733661240000)), milliseconds(60000)),
              TimePoint(milliseconds(1733661240000)));
    EXPECT_EQ(tick_at_or_before(TimePoint(milliseconds(-1)), milliseconds(1000)), TimePoint(milliseconds(-1000)));
}

}  // namespace
}  // namespace watchtower
