#include "services/publisher/schedule.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_state.hpp"

namespace watchtower::publisher {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::sample_state;

const TimePoint kMinute = parse_rfc3339("2025-12-08T12:34:00Z");

TEST(Schedule, PublishesAtMultiplesOfTheInterval) {
    const Schedule schedule = Schedule::of(minutes(1), seconds(10));
    EXPECT_EQ(schedule.next_after(kMinute - milliseconds(1)), kMinute);
    EXPECT_EQ(schedule.next_after(kMinute), kMinute + minutes(1));
}

TEST(Schedule, WaitsALittleLongerThanTheCollectorMayTake) {
    EXPECT_EQ(Schedule::of(minutes(1), seconds(10)).deadline(kMinute), kMinute + seconds(15));
}

TEST(Schedule, NeverWaitsLongerThanHalfAnInterval) {
    EXPECT_EQ(Schedule::of(minutes(1), seconds(40)).deadline(kMinute), kMinute + seconds(30));
    EXPECT_EQ(Schedule::of(seconds(1), seconds(10)).deadline(kMinute), kMinute + milliseconds(500));
}

TEST(Schedule, GoesOnWithTheNextTime) {
    const Schedule schedule = Schedule::of(minutes(1), seconds(10));
    for (const auto pause : {seconds(0), seconds(15), seconds(59)}) {
        EXPECT_EQ(schedule.following(kMinute, kMinute + pause), kMinute + minutes(1));
    }
}

TEST(Schedule, LeavesOutWhatWasSleptThrough) {
    const Schedule schedule = Schedule::of(minutes(1), seconds(10));
    EXPECT_EQ(schedule.following(kMinute, kMinute + minutes(5) + seconds(3)), kMinute + minutes(5));
    EXPECT_EQ(schedule.following(kMinute, kMinute + minutes(5) + seconds(20)), kMinute + minutes(6));
}

TEST(Schedule, DoesNotPublishTwiceWhenTheClockIsSetBack) {
    const Schedule schedule = Schedule::of(minutes(1), seconds(10));
    EXPECT_EQ(schedule.following(kMinute, kMinute - seconds(1)), kMinute + minutes(1));
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

class RoundTest : public testing::Test {
protected:
    void hold(const std::string& world, TimePoint tick, std::int64_t position = 0) {
        worlds_.all.push_back({world, position, std::make_shared<const proto::State>(sample_state(world, tick))});
    }

    /// "default other(late)": what is due, in order; the first world with a star.
    std::string take(TimePoint now) {
        std::string text;
        for (const Due& due : round_.take(worlds_, now)) {
            text += (text.empty() ? "" : " ") + due.world.name + (due.first ? "*" : "") + (due.late ? "(late)" : "");
        }
        return text;
    }

    world_state::Worlds worlds_;
    Round round_{kMinute, kMinute + seconds(15)};
};

TEST_F(RoundTest, PublishesAWorldWhoseStateIsThere) {
    hold("default", kMinute);
    EXPECT_EQ(take(kMinute), "default*");
    EXPECT_TRUE(round_.is_over(worlds_, kMinute));
}

TEST_F(RoundTest, PublishesEachWorldOnce) {
    hold("default", kMinute);
    EXPECT_EQ(take(kMinute), "default*");
    worlds_.all.clear();
    hold("default", kMinute + seconds(3));
    EXPECT_EQ(take(kMinute + seconds(3)), "");
    EXPECT_EQ(take(kMinute + seconds(15)), "");
}

TEST_F(RoundTest, WaitsForTheState) {
    hold("default", kMinute - minutes(1));
    EXPECT_EQ(take(kMinute), "");
    EXPECT_EQ(take(kMinute + seconds(14)), "");
    EXPECT_FALSE(round_.is_over(worlds_, kMinute + seconds(14)));
    worlds_.all.clear();
    hold("default", kMinute);
    EXPECT_EQ(take(kMinute + seconds(14)), "default*");
}

TEST_F(RoundTest, PublishesWhatThereIsAtTheDeadline) {
    hold("default", kMinute - minutes(1));
    EXPECT_EQ(take(kMinute + seconds(15)), "default*(late)");
    EXPECT_TRUE(round_.is_over(worlds_, kMinute + seconds(15)));
}

TEST_F(RoundTest, DoesNotLetOneWorldWaitForAnother) {
    hold("a", kMinute - minutes(1), 0);
    hold("b", kMinute, 1);
    EXPECT_EQ(take(kMinute + seconds(1)), "b");
    EXPECT_FALSE(round_.is_over(worlds_, kMinute + seconds(1)));
    EXPECT_EQ(take(kMinute + seconds(15)), "a*(late)");
}

TEST_F(RoundTest, PublishesNothingOfAWorldWithoutAState) {
    worlds_.all.push_back({"default", 0, nullptr});
    EXPECT_EQ(take(kMinute), "");
    EXPECT_FALSE(round_.is_over(worlds_, kMinute)) << "its first state may still come";
    EXPECT_EQ(take(kMinute + seconds(15)), "");
    EXPECT_TRUE(round_.is_over(worlds_, kMinute + seconds(15)));
}

TEST_F(RoundTest, WaitsForWorldsToBecomeKnown) {
    EXPECT_FALSE(round_.is_over(worlds_, kMinute));
    EXPECT_TRUE(round_.is_over(worlds_, kMinute + seconds(15)));
}

TEST_F(RoundTest, TakesNoOtherForTheDefaultWorldWhileThatIsUnknown) {
    hold("b", kMinute, 1);
    EXPECT_EQ(take(kMinute), "b");
}

}  // namespace
}  // namespace watchtower::publisher
