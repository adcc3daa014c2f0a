#include "services/publisher/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_state.hpp"

namespace watchtower::publisher {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::sample_state;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kMinute = parse_rfc3339("2025-12-08T12:34:00Z");

constexpr std::int64_t kBacklog = 3;

Schedule every_minute(seconds request_timeout = seconds(10)) {
    return Schedule::of(minutes(1), request_timeout, kBacklog);
}

TEST(Schedule, PublishesAtMultiplesOfTheInterval) {
    EXPECT_EQ(every_minute().current(kMinute - milliseconds(1)), kMinute - minutes(1));
    EXPECT_EQ(every_minute().current(kMinute), kMinute);
    EXPECT_EQ(every_minute().current(kMinute + seconds(59)), kMinute);
}

TEST(Schedule, WaitsALittleLongerThanTheCollectorMayTake) {
    EXPECT_EQ(every_minute().deadline(kMinute), kMinute + seconds(15));
}

TEST(Schedule, NeverWaitsLongerThanHalfAnInterval) {
    EXPECT_EQ(every_minute(seconds(40)).deadline(kMinute), kMinute + seconds(30));
    EXPECT_EQ(Schedule::of(seconds(1), seconds(10), kBacklog).deadline(kMinute), kMinute + milliseconds(500));
}

TEST(Schedule, MakesUpForNothingWhenNothingWasMissed) {
    EXPECT_THAT(every_minute().to_make_up(kMinute, kMinute), IsEmpty());
    EXPECT_THAT(every_minute().to_make_up(kMinute, kMinute + minutes(1)), IsEmpty());
    EXPECT_THAT(every_minute().to_make_up(kMinute + minutes(5), kMinute), IsEmpty()) << "the clock was set back";
}

TEST(Schedule, MakesUpForWhatWasMissedOldestFirst) {
    EXPECT_THAT(every_minute().to_make_up(kMinute, kMinute + minutes(3)),
                ElementsAre(kMinute + minutes(1), kMinute + minutes(2)));
}

TEST(Schedule, MakesUpForTheNewestOfTooMany) {
    EXPECT_EQ(every_minute().between(kMinute, kMinute + minutes(10)), 9);
    EXPECT_THAT(every_minute().to_make_up(kMinute, kMinute + minutes(10)),
                ElementsAre(kMinute + minutes(7), kMinute + minutes(8), kMinute + minutes(9)));
}

TEST(BelongsTo, TheStateOfTheVeryTick) {
    EXPECT_TRUE(belongs_to(sample_state("default", kMinute), kMinute));
    EXPECT_FALSE(belongs_to(sample_state("default", kMinute - minutes(1)), kMinute));
}

TEST(BelongsTo, NotARequestedCollectionFromBeforeTheTick) {
    EXPECT_FALSE(belongs_to(sample_state("default", kMinute - seconds(5)), kMinute));
    EXPECT_TRUE(belongs_to(sample_state("default", kMinute + seconds(5)), kMinute));
}

TEST(BelongsTo, TheNewestTickBeforeWhenTheIntervalsDiffer) {
    auto state = sample_state("default", kMinute - seconds(15));
    state.interval = seconds(45);  // the next tick is at :30
    EXPECT_TRUE(belongs_to(state, kMinute));
    EXPECT_FALSE(belongs_to(state, kMinute + seconds(60)));
    state.tick = kMinute + seconds(30);
    EXPECT_TRUE(belongs_to(state, kMinute + seconds(60)));
}

}  // namespace
}  // namespace watchtower::publisher
