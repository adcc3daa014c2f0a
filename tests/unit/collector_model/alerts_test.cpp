#include "services/collector/model/alerts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"
#include "tests/unit/collector_model/watched_world.hpp"

namespace watchtower::collector {
namespace {

using proto::AlertState;
using proto::Section;
using testing::HasSubstr;
using testing::IsEmpty;

class Alerts : public testing::Test {
protected:
    /// Enough ticks for every window, with much going on.
    void fill_windows() {
        world_.ticks(11, 10);
        ASSERT_EQ(world_.open(), "");
    }

    [[nodiscard]] const proto::Alert& only() const { return world_.state.alerts.at(0); }

    test::WatchedWorld world_;
};

TEST_F(Alerts, OpenOnceKeepTheirWorstValueAndResolveOnce) {
    fill_windows();
    world_.ticks(5, 1);
    ASSERT_EQ(world_.open(), "low_activity");
    EXPECT_EQ(only().value, 5);
    EXPECT_EQ(only().threshold, 10);
    EXPECT_EQ(only().severity, "warning");
    EXPECT_EQ(only().message, "5 actions in 5 minutes");
    EXPECT_EQ(only().opened_at, world_.state.tick);
    EXPECT_EQ(only().id, "default-low_activity-" + std::to_string(world_.state.tick.time_since_epoch().count()));
    const proto::Alert first = only();
    world_.ticks(3);
    EXPECT_EQ(only().value, 2);
    world_.ticks(2, 3);
    EXPECT_EQ(only().value, 2) << "the worst";
    EXPECT_EQ(only().message, "2 actions in 5 minutes");
    EXPECT_EQ(only().id, first.id);
    world_.ticks(2, 30);
    EXPECT_EQ(world_.open(), "");
    ASSERT_EQ(world_.log.size(), 2);
    EXPECT_EQ(world_.log[0], (proto::NumberedAlert{1, first}));
    EXPECT_EQ(world_.log[1].number, 2);
    EXPECT_EQ(world_.log[1].alert.id, first.id);
    EXPECT_EQ(world_.log[1].alert.value, 2);
    EXPECT_EQ(world_.log[1].alert.state, AlertState::resolved);
    EXPECT_EQ(world_.log[1].alert.resolved_at, world_.state.tick - Milliseconds(60'000));
}

TEST_F(Alerts, OfLowActivityDoNotFlapAtTheThreshold) {
    fill_windows();
    world_.ticks(4, 2);
    world_.ticks(1, 1);
    ASSERT_EQ(world_.open(), "low_activity") << "9 in five minutes";
    world_.ticks(5, 2);
    EXPECT_EQ(world_.open(), "low_activity") << "10: no longer few, not yet enough";
    world_.ticks(1, 4);
    EXPECT_EQ(world_.open(), "") << "12";
    world_.ticks(4, 2);
    EXPECT_EQ(world_.open(), "") << "10 opens nothing";
    EXPECT_EQ(world_.log.size(), 2);
}

TEST_F(Alerts, OfLowActivityCanBeSwitchedOff) {
    world_.rules.low_activity = 0;
    world_.ticks(20);
    EXPECT_THAT(world_.log, IsEmpty());
}

TEST_F(Alerts, AreNotJudgedBeforeTheWindowIsComplete) {
    world_.ticks(5);
    EXPECT_EQ(world_.open(), "") << "four minutes";
    world_.ticks(1);
    EXPECT_EQ(world_.open(), "low_activity");
}

TEST_F(Alerts, AreNotJudgedAfterAGapBeforeTheWindowIsCompleteAgain) {
    fill_windows();
    world_.state.tick += std::chrono::minutes(2);  // the next one is three minutes after the last
    world_.ticks(5);
    EXPECT_EQ(world_.open(), "");
    world_.ticks(1);
    EXPECT_EQ(world_.open(), "low_activity");
}

TEST_F(Alerts, AreJudgedWhenOneTickWasSkipped) {
    world_.ticks(3);
    world_.state.tick += std::chrono::minutes(1);
    world_.ticks(2);
    EXPECT_EQ(world_.open(), "low_activity") << "what happened is known all the same";
}

TEST_F(Alerts, AreNotJudgedWithAFailedSectionInTheWindow) {
    fill_windows();
    world_.fail(Section::nomads);
    world_.ticks(1);
    world_.fail(Section::nomads, false);
    world_.ticks(5);
    EXPECT_EQ(world_.open(), "");
    world_.ticks(1);
    EXPECT_EQ(world_.open(), "low_activity");
}

TEST_F(Alerts, StayAsTheyAreWhileTheirSectionIsStale) {
    fill_windows();
    world_.ticks(5);
    ASSERT_EQ(world_.open(), "low_activity");
    world_.fail(Section::nomads);
    world_.ticks(20);
    EXPECT_THAT(world_.open(), HasSubstr("low_activity"));
    world_.fail(Section::nomads, false);
    world_.happen(1'000);
    world_.ticks(5);
    EXPECT_THAT(world_.open(), HasSubstr("low_activity")) << "the rise may be from before the section was read again";
    world_.ticks(1, 12);
    EXPECT_EQ(world_.open(), "");
}

TEST_F(Alerts, OfFailedAttacksNeedTwentyAttacks) {
    fill_windows();
    world_.happen(10, 19, 19);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.happen(10, 1, 0);
    world_.tick();
    ASSERT_EQ(world_.open(), "high_failure_rate");
    EXPECT_EQ(only().value, 0.95);
    EXPECT_EQ(only().threshold, 0.15);
    EXPECT_EQ(only().message, "95 % of the attacks of the last 10 minutes failed");
    world_.happen(10, 5, 5);
    world_.tick();
    EXPECT_EQ(only().value, 0.96);
    EXPECT_EQ(only().message, "96 % of the attacks of the last 10 minutes failed");
}

TEST_F(Alerts, OfFailedAttacksResolveWellBelowTheThresholdOrWhenThereIsNothingToFail) {
    fill_windows();
    world_.happen(10, 100, 16);
    world_.tick();
    ASSERT_EQ(world_.open(), "high_failure_rate");
    world_.happen(10, 20, 0);
    world_.tick();
    EXPECT_EQ(world_.open(), "high_failure_rate") << "16 of 120 are still too many";
    world_.happen(10, 30, 0);
    world_.tick();
    EXPECT_EQ(world_.open(), "");

    world_.ticks(11, 10);
    world_.happen(10, 30, 30);
    world_.tick();
    world_.ticks(1, 10);
    world_.happen(10, 12, 2);
    world_.tick();
    world_.ticks(8, 10);
    ASSERT_EQ(world_.open(), "high_failure_rate") << "12 attacks, 2 failed: too few to judge, too many to forget";
    world_.ticks(2, 10);
    EXPECT_EQ(world_.open(), "");
    EXPECT_EQ(world_.log.back().alert.value, 1.0);
}

TEST_F(Alerts, OfFailedAttacksAreNotJudgedFromAStaleSection) {
    fill_windows();
    world_.fail(Section::pvp);
    world_.happen(10, 100, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.fail(Section::pvp, false);
    world_.ticks(10, 10);
    EXPECT_EQ(world_.open(), "");
    world_.happen(10, 100, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "high_failure_rate");
}

TEST_F(Alerts, OfConcentrationNeedTenPlayersAndAFreshSection) {
    world_.hold(9, 90, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.hold(10, 90, 100);
    world_.fail(Section::resources);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.fail(Section::resources, false);
    world_.tick();
    ASSERT_EQ(world_.open(), "resource_concentration");
    EXPECT_EQ(only().value, 0.9);
    EXPECT_EQ(only().message, "one player of 10 holds 90 % of the gold");
    EXPECT_THAT(only().id, HasSubstr("-gold-"));
}

TEST_F(Alerts, OfConcentrationDoNotFlap) {
    world_.rules.low_activity = 0;
    world_.hold(10, 81, 100);
    world_.tick();
    ASSERT_EQ(world_.open(), "resource_concentration");
    world_.hold(9, 79, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "resource_concentration");
    world_.hold(9, 72, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.hold(10, 100, 100);
    world_.tick();
    world_.hold(4, 100, 100);
    world_.tick();
    EXPECT_EQ(world_.open(), "") << "too few players for the word";
    world_.hold(10, 0, 0);
    world_.tick();
    EXPECT_EQ(world_.open(), "") << "nobody has anything";
    EXPECT_EQ(world_.log.size(), 4);
}

TEST_F(Alerts, OfGoldAndSpiceAreTwo) {
    world_.facts.holdings = {10, proto::Amount::units(9), proto::Amount::units(8)};
    world_.state.document.resources->total_gold = proto::Amount::units(10);
    world_.state.document.resources->total_spice = proto::Amount::units(9);
    world_.tick();
    ASSERT_EQ(world_.open(), "resource_concentration resource_concentration");
    EXPECT_NE(world_.state.alerts[0].id, world_.state.alerts[1].id);
    world_.state.document.resources->total_gold = proto::Amount::units(100);
    world_.tick();
    EXPECT_EQ(world_.open(), "resource_concentration");
    EXPECT_THAT(only().id, HasSubstr("-spice-"));
}

TEST_F(Alerts, OfASourceOpenAtTheSecondFailureAndResolveAtTheSecondSuccess) {
    world_.rules.low_activity = 0;
    world_.fail(Section::events);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
    world_.tick();
    ASSERT_EQ(world_.open(), "source_down");
    EXPECT_EQ(only().severity, "critical");
    EXPECT_EQ(only().value, 2);
    EXPECT_THAT(only().id, HasSubstr("default-source_down-events-"));
    EXPECT_EQ(only().message, "events could not be read for 2 ticks (timeout)");
    world_.tick();
    EXPECT_EQ(only().value, 3);
    world_.fail(Section::events, false);
    world_.tick();
    EXPECT_EQ(world_.open(), "source_down");
    world_.fail(Section::events);
    world_.tick();
    EXPECT_EQ(world_.open(), "source_down");
    EXPECT_EQ(only().value, 3);
    world_.fail(Section::events, false);
    world_.ticks(2);
    EXPECT_EQ(world_.open(), "");
    EXPECT_EQ(world_.log.size(), 2);
}

TEST_F(Alerts, OfSourcesAreOneForEachSection) {
    for (const Section section : proto::kSections) {
        world_.fail(section);
    }
    world_.ticks(2);
    EXPECT_EQ(world_.open(), "source_down source_down source_down source_down source_down");
    world_.fail(Section::pvp, false);
    world_.ticks(2);
    EXPECT_EQ(world_.state.alerts.size(), 4);
}

TEST_F(Alerts, OfAResetResolveWhenTheNewWorldHasLastedTenMinutes) {
    world_.rules.low_activity = 0;
    world_.reset();
    world_.ticks(1, 10);
    ASSERT_EQ(world_.open(), "world_reset");
    EXPECT_EQ(only().severity, "info");
    EXPECT_EQ(only().message, "the game's world began anew (epoch 1)");
    world_.ticks(5, 10);
    world_.reset();
    world_.ticks(1, 10);
    EXPECT_EQ(only().value, 2) << "two of them";
    EXPECT_EQ(only().message, "the game's world began anew (epoch 2)");
    world_.ticks(9, 10);
    EXPECT_EQ(world_.open(), "world_reset");
    world_.ticks(1, 10);
    EXPECT_EQ(world_.open(), "");
    EXPECT_EQ(world_.log.size(), 2);
}

TEST_F(Alerts, OfARequestedCollectionTellOfAResetAtOnce) {
    world_.reset();
    world_.tick_at(world_.next() - Milliseconds(30'000));
    EXPECT_EQ(world_.open(), "world_reset");
}

TEST_F(Alerts, OfDataAtRiskOpenWhenTwoTicksInARowFindSome) {
    world_.rules.low_activity = 0;
    world_.facts.ticks_at_risk = 1;
    world_.tick();
    EXPECT_EQ(world_.open(), "") << "the one that is being stored";
    world_.facts.ticks_at_risk = 0;
    world_.tick();
    world_.facts.ticks_at_risk = 1;
    world_.tick();
    world_.facts.ticks_at_risk = 2;
    world_.tick();
    ASSERT_EQ(world_.open(), "data_at_risk");
    EXPECT_EQ(only().value, 2);
    EXPECT_EQ(only().message, "2 ticks in one collector's memory only");
    world_.facts.ticks_at_risk = 5;
    world_.tick();
    world_.facts.ticks_at_risk = 0;
    world_.tick();
    EXPECT_EQ(only().value, 5);
    world_.tick();
    EXPECT_EQ(world_.open(), "");
}

TEST_F(Alerts, OfDataLostOpenAtOnceAndCountWhatWasLost) {
    world_.rules.low_activity = 0;
    world_.facts.ticks_lost = 1;
    world_.tick();
    ASSERT_EQ(world_.open(), "data_at_risk");
    world_.facts.ticks_lost = 2;
    world_.tick_at(world_.state.tick + Milliseconds(1));
    EXPECT_EQ(only().value, 3) << "a requested collection counts them too";
    EXPECT_THAT(only().message, HasSubstr("3 ticks lost detail"));
    world_.ticks(2);
    EXPECT_EQ(world_.open(), "");
    world_.facts.ticks_lost = 1;
    world_.tick();
    EXPECT_EQ(only().value, 1) << "a new alert counts anew";
}

TEST_F(Alerts, KeepFewSamplesHoweverFastTheTicks) {
    world_.state.interval = Milliseconds(100);
    for (int i = 0; i < 10'000; ++i) {
        world_.happen(1);
        world_.tick();
    }
    EXPECT_LE(world_.state.alert_watch.samples.size(), 62);
    EXPECT_EQ(world_.open(), "");
    world_.ticks(3'200);
    EXPECT_EQ(world_.open(), "low_activity");
}

TEST_F(Alerts, AreJudgedOverOneIntervalWhenThatIsLongerThanTheWindow) {
    world_.state.interval = std::chrono::hours(1);
    world_.ticks(2);
    EXPECT_EQ(world_.open(), "low_activity");
}

TEST_F(Alerts, BeginNewWindowsWhenTheIntervalChanges) {
    fill_windows();
    world_.state.interval = Milliseconds(1'000);
    world_.state.tick += Milliseconds(30'000);
    world_.ticks(299);
    EXPECT_EQ(world_.open(), "");
}

TEST(LargestHoldings, AreThoseOfTheRead) {
    test::Game game;
    game.balance("p1", "1", "7.5");
    game.balance("p2", "3", "0");
    game.tick();
    game.balance("p2", "2", "1");
    game.balance("p3", "0.5", "4");
    game.balance("p4", "0", "0");
    const Step step = game.tick();
    EXPECT_EQ(step.holdings.players, 3);
    EXPECT_EQ(step.holdings.gold, proto::Amount::units(2));
    EXPECT_EQ(step.holdings.spice, proto::Amount::units(4));
}

}  // namespace
}  // namespace watchtower::collector
