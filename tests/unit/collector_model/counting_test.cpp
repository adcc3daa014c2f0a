#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {
namespace {

using proto::Section;

TEST(ActionCounting, CountsWholeSumsAtFirstSightAndThenRises) {
    Game game;
    game.nomad("p1", {{"move", 10}, {"attack", 2}});
    game.nomad("p1", {{"move", 5}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 15U);
    EXPECT_EQ(game.counted("attack"), 2U);
    game.nomad("p1", {{"move", 14}, {"attack", 2}});
    game.nomad("p1", {{"move", 5}});
    const Step step = game.tick();
    EXPECT_EQ(game.counted("move"), 19U);
    EXPECT_EQ(game.counted("attack"), 2U);
    ASSERT_EQ(step.players.size(), 1U);
    EXPECT_EQ(step.players[0].actions_added, 4U);
}

TEST(ActionCounting, AddsNothingWhenTheSameIsReadAgain) {
    Game game;
    for (int i = 0; i < 3; ++i) {
        game.nomad("p1", {{"move", 10}});
        const Step step = game.tick();
        EXPECT_EQ(step.players.size(), i == 0 ? 1U : 0U);
    }
    EXPECT_EQ(game.counted("move"), 10U);
}

TEST(ActionCounting, LowersTheBaselineWhenASumFalls) {
    Game game;
    game.nomad("p1", {{"move", 90}});
    game.tick();
    game.nomad("p1", {{"move", 60}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 90U);
    game.nomad("p1", {{"move", 70}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 100U);
}

TEST(ActionCounting, DoesNotCountAPlayerAgainWhoWasAwayForARead) {
    Game game;
    game.nomad("p1", {{"move", 90}});
    game.nomad("p2", {{"move", 1}});
    game.tick();
    game.nomad("p2", {{"move", 1}});
    game.tick();
    game.nomad("p2", {{"move", 1}});
    game.tick();
    game.nomad("p1", {{"move", 95}});
    game.nomad("p2", {{"move", 1}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 96U);
}

TEST(ActionCounting, KeepsTheBaselineOverAFailedRead) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.tick();
    game.nomad("p1", {{"move", 3}});  // half of a read that failed
    game.fail(Section::nomads);
    game.tick();
    game.nomad("p1", {{"move", 12}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 12U);
}

TEST(ActionCounting, TakesTheLastOfANomadThatIsListedTwice) {
    Game game;
    game.nomad_with_id("n1", "p1", {{"move", 10}});
    game.nomad_with_id("n2", "p1", {{"move", 1}});
    game.nomad_with_id("n1", "p1", {{"move", 12}, {"attack", 1}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 13U);
    EXPECT_EQ(game.counted("attack"), 1U);
    EXPECT_EQ(game.state().document.nomads->total_nomads, 2U);
    EXPECT_EQ(game.state().document.nomads->by_action, (proto::Counts{{"move", 13}, {"attack", 1}}));
}

TEST(ActionCounting, CountsRisesOfLastActionsWhereThereAreNoSums) {
    Game game;
    game.nomad_that_did("p1", "move");
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad_that_did("p1", "move");
    game.nomad_that_did("p1", "attack");
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    EXPECT_EQ(game.counted("attack"), 1U);
    game.nomad_that_did("p1", "move");
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 3U);
    EXPECT_EQ(game.counted("attack"), 1U);
}

TEST(ActionCounting, CountsRecordsWhoseTimeIsNew) {
    Game game;
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    EXPECT_EQ(game.counted("move"), 3U);
    game.nomad_that_did("p1", "move", 20);
    game.nomad_that_did("p1", "move", 30);
    game.tick();
    EXPECT_EQ(game.counted("move"), 4U);
}

TEST(ActionCounting, DoesNotCountATimeAgainThatWasGoneForARead) {
    Game game;
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
}

TEST(NomadCounting, CountsRisesAfterTheFirstReadAsCreated) {
    Game game;
    game.nomad("p1", {}, 3);
    game.tick();
    EXPECT_EQ(game.totals().nomads_created, 0U);
    game.nomad("p1", {}, 5);
    game.nomad("p2", {}, 2);
    game.tick();
    EXPECT_EQ(game.totals().nomads_created, 4U);
    game.nomad("p1", {}, 4);
    game.tick();
    EXPECT_EQ(game.totals().nomads_created, 4U);
    EXPECT_EQ(game.state().document.nomads->total_nomads, 4U);
}

TEST(ResourceCounting, KeepsStockEqualToTheSumOfItsFlows) {
    Game game;
    game.balance("p1", "100.5", "10");
    game.balance("p2", "50", "0");
    game.tick();
    EXPECT_EQ(game.totals().gold, proto::Flow{});
    game.balance("p1", "90.25", "12");
    game.balance("p3", "7", "1");
    game.tick();
    const proto::Flow& gold = game.totals().gold;
    EXPECT_EQ(to_text(gold.collected), "0");
    EXPECT_EQ(to_text(gold.spent), "10.25");
    EXPECT_EQ(to_text(gold.joined), "7");
    EXPECT_EQ(to_text(gold.left), "50");
    EXPECT_EQ(to_text(game.totals().spice.collected), "2");
    EXPECT_EQ(to_text(game.state().document.resources->total_gold), "97.25");
}

TEST(ResourceCounting, TakesTheLastOfAPlayerWhoIsListedTwice) {
    Game game;
    (void)game.begun().take(BalanceRecord{"p1", proto::Amount::units(5), std::nullopt, true});
    (void)game.begun().take(BalanceRecord{"p1", proto::Amount::units(6), std::nullopt, true});
    game.tick();
    EXPECT_EQ(to_text(game.state().document.resources->total_gold), "6");
}

TEST(ResourceCounting, LeavesAndJoinsWithWhatThePlayerHas) {
    Game game;
    game.balance("p1", "10", "1");
    game.tick();
    game.tick();
    EXPECT_EQ(to_text(game.totals().gold.left), "10");
    game.balance("p1", "25", "1");
    game.tick();
    EXPECT_EQ(to_text(game.totals().gold.joined), "25");
    EXPECT_EQ(to_text(game.totals().gold.collected), "0");
    EXPECT_EQ(to_text(game.totals().spice.joined), "1");
}

TEST(ResourceCounting, SumsRowsOfOneResourceEach) {
    Game game;
    (void)game.begun().take(BalanceRecord{"p1", proto::Amount::units(5), std::nullopt});
    (void)game.begun().take(BalanceRecord{"p1", proto::Amount::units(6), std::nullopt});
    (void)game.begun().take(BalanceRecord{"p1", std::nullopt, proto::Amount::units(2)});
    game.tick();
    EXPECT_EQ(to_text(game.state().document.resources->total_gold), "11");
    EXPECT_EQ(to_text(game.state().document.resources->total_spice), "2");
}

TEST(ListCounting, CountsEachIdOnceWhateverTheListDoes) {
    Game game;
    game.combat("1", true, 2);
    game.combat("2", false);
    game.tick();
    game.combat("2", false);
    game.combat("3", true, 1);
    game.combat("2", false);
    game.tick();
    game.combat("1", true, 2);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 3U);
    EXPECT_EQ(game.totals().attacks_successful, 2U);
    EXPECT_EQ(game.totals().dwellings_destroyed, 3U);
}

TEST(ListCounting, TakesTheLastOfAnIdThatStandsTwiceInARead) {
    Game game;
    game.combat("1", false, 0);
    game.combat("1", true, 4);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 1U);
    EXPECT_EQ(game.totals().attacks_successful, 1U);
    EXPECT_EQ(game.totals().dwellings_destroyed, 4U);
}

TEST(ListCounting, RemembersAnIdForSevenDaysAfterItLeftTheList) {
    Game game;
    game.step_length = std::chrono::hours(24);
    game.event("1", "raid", 1);
    game.tick();
    for (int day = 0; day < 6; ++day) {
        game.tick();
    }
    EXPECT_EQ(game.world.events.size(), 1U);
    game.event("1", "raid", 1);
    game.tick();
    EXPECT_EQ(game.state().document.events->total, 1U);
    for (int day = 0; day < 9; ++day) {
        game.tick();
    }
    EXPECT_TRUE(game.world.events.empty());
}

TEST(ListCounting, CountsTheRiseOfEqualRecordsWithoutIds) {
    Game game;
    game.event(std::nullopt, "raid", 2);
    game.event(std::nullopt, "raid", 2);
    game.event(std::nullopt, "raid", 3);
    game.tick();
    game.event(std::nullopt, "raid", 2);
    game.tick();
    game.event(std::nullopt, "raid", 2);
    game.event(std::nullopt, "raid", 2);
    game.tick();
    ASSERT_EQ(game.totals().events.size(), 1U);
    EXPECT_EQ(game.totals().events[0].count, 4U);
    EXPECT_EQ(game.totals().events[0].affected_players, 9U);
}

TEST(ListCounting, NeitherCountsNorForgetsAnythingOfAFailedRead) {
    Game game;
    game.combat("1", true);
    game.event("1", "raid", 1);
    game.tick();
    game.combat("2", true);
    game.event("2", "raid", 1);
    game.fail(Section::pvp);
    game.fail(Section::events);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 1U);
    EXPECT_EQ(game.totals().events.at(0).count, 1U);
    EXPECT_EQ(game.world.combats.at("#1"), KnownEntry{});
    game.combat("1", true);
    game.combat("2", true);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 2U);
}

TEST(ListCounting, TellsWhatATickAdded) {
    Game game;
    game.event("1", "raid", 2);
    game.event("2", "tempete", 5);
    game.tick();
    game.event("2", "tempete", 5);
    game.event("3", "tempete", 1);
    const Step step = game.tick();
    ASSERT_EQ(step.events_added.size(), 1U);
    EXPECT_EQ(step.events_added[0], (proto::EventsSection::Type{"tempete", 1, 1}));
}

TEST(ListCounting, LetsAnIdBeUsedAgainSevenDaysAfterItLastStoodThere) {
    Game game;
    game.step_length = std::chrono::hours(24);
    game.combat("1", true);
    game.tick();
    for (int day = 1; day < 7; ++day) {
        game.fail(Section::pvp);
        game.tick();
    }
    game.tick();
    EXPECT_EQ(game.world.combats.size(), 1U);
    game.combat("1", true);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 2U);
}

TEST(ListCounting, CountsNothingAgainThatStillStandsThereAfterALongOutage) {
    Game game;
    game.combat("1", true);
    game.combat(std::nullopt, true);
    game.tick();
    game.now += std::chrono::hours(24 * 30);
    game.combat("1", true);
    game.combat(std::nullopt, true);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 2U);
}

TEST(ListCounting, TellsEventsWithoutIdsApartByThePlayersListed) {
    Game game;
    for (const std::uint64_t ids : {11U, 22U, 22U}) {
        EventRecord record;
        record.type = "raid";
        record.affected_players = 2;
        record.affected_ids = ids;
        (void)game.begun().take(record);
        game.tick();
    }
    EXPECT_EQ(game.totals().events.at(0), (proto::EventsSection::Type{"raid", 2, 4}));
}

TEST(ListCounting, TakesAnEntryAsItStoodWhenItWasFirstSeen) {
    Game game;
    game.combat("1", false, 0);
    game.tick();
    game.combat("1", true, 5);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 1U);
    EXPECT_EQ(game.totals().attacks_successful, 0U);
    EXPECT_EQ(game.totals().dwellings_destroyed, 0U);
}

class WorldReset : public testing::Test {
protected:
    WorldReset() {
        game.nomad("p1", {{"move", 150}});
        game.balance("p1", "100", "10");
        game.combat("1", true);
        game.event("1", "raid", 1);
        game.tick();
    }
    Game game;
};

TEST_F(WorldReset, CarriesTotalsOnWithBaselinesAfresh) {
    game.nomad("p1", {{"move", 3}});
    game.nomad("p2", {{"move", 2}});
    game.balance("p1", "5", "0");
    game.balance("p2", "6", "0");
    game.combat("1", false);
    game.event("1", "raid", 4);
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
    EXPECT_EQ(game.counted("move"), 155U);
    EXPECT_EQ(game.totals().attacks, 2U);
    EXPECT_EQ(game.totals().events.at(0), (proto::EventsSection::Type{"raid", 2, 5}));
    EXPECT_EQ(game.totals().nomads_created, 0U);
    EXPECT_EQ(to_text(game.totals().gold.left), "100");
    EXPECT_EQ(to_text(game.totals().gold.joined), "11");
    EXPECT_EQ(to_text(game.totals().gold.spent), "0");
    game.nomad("p1", {{"move", 4}});
    game.nomad("p2", {{"move", 2}});
    game.balance("p1", "7", "0");
    game.balance("p2", "6", "0");
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
    EXPECT_EQ(game.counted("move"), 156U);
    EXPECT_EQ(to_text(game.totals().gold.collected), "2");
}

TEST_F(WorldReset, SettlesTheOldBalancesWhenTheNextOnesCome) {
    game.nomad("p1", {{"move", 3}});
    game.fail(Section::resources);
    game.tick();
    EXPECT_EQ(to_text(game.state().document.resources->total_gold), "100");
    game.nomad("p1", {{"move", 3}});
    game.balance("p1", "5", "0");
    game.tick();
    EXPECT_EQ(to_text(game.totals().gold.left), "100");
    EXPECT_EQ(to_text(game.totals().gold.joined), "5");
    EXPECT_EQ(to_text(game.totals().gold.spent), "0");
}

TEST_F(WorldReset, IsAFallUnderATenthFromAtLeastAHundred) {
    game.nomad("p1", {{"move", 15}});
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
    game.nomad("p1", {{"move", 1}});
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
}

TEST_F(WorldReset, IsAFallUnderATenthOfWhatIsNoMultipleOfTen) {
    game.nomad("p1", {{"move", 155}});
    game.tick();
    game.nomad("p1", {{"move", 16}});
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
    game.nomad("p1", {{"move", 155}});
    game.tick();
    game.nomad("p1", {{"move", 15}});
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
}

TEST_F(WorldReset, NeedsAHundredActionsBefore) {
    game.nomad("p1", {{"move", 99}});
    game.tick();
    game.nomad("p1", {});
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
    game.nomad("p1", {{"move", 100}});
    game.tick();
    game.nomad("p1", {});
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
}

TEST_F(WorldReset, ForgetsTheBaselineOfThoseWhoWereAway) {
    game.nomad("p1", {{"move", 150}});
    game.nomad("away", {{"move", 70}}, 5);
    game.tick();
    game.nomad("p1", {{"move", 150}});
    game.tick();
    game.nomad("p1", {{"move", 1}});
    const Step reset = game.tick();
    EXPECT_EQ(reset.players.size(), 2U);  // also who is away is another one from now on
    game.nomad("p1", {{"move", 1}});
    game.nomad("away", {{"move", 60}}, 5);
    game.tick();
    EXPECT_EQ(game.counted("move"), 150U + 70U + 1U + 60U);
    EXPECT_EQ(game.totals().nomads_created, 10U);
}

TEST_F(WorldReset, CountsAListAnewThatCouldNotBeReadAtThatTick) {
    game.nomad("p1", {{"move", 1}});
    game.fail(Section::pvp);
    game.fail(Section::events);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 1U);
    game.nomad("p1", {{"move", 1}});
    game.combat("1", false);
    game.event("1", "raid", 1);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 2U);
    EXPECT_EQ(game.totals().events.at(0).count, 2U);
}

TEST_F(WorldReset, IsNotSeenInAReadOfNomadsThatFailed) {
    game.nomad("p1", {{"move", 1}});
    game.fail(Section::nomads);
    game.combat("1", false);
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
    EXPECT_EQ(game.totals().attacks, 1U);
}

TEST_F(WorldReset, CountsRecordsWithoutIdsAnewThatAreEqualToOldOnes) {
    game.nomad("p1", {{"move", 200}});
    game.event(std::nullopt, "calm", 1);
    game.tick();
    game.nomad("p1", {{"move", 1}});
    game.event(std::nullopt, "calm", 1);
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
    EXPECT_EQ(game.totals().events.at(0), (proto::EventsSection::Type{"calm", 2, 2}));
}

TEST_F(WorldReset, CountsNothingTwiceThatWasSeenBeforeItCouldBeKnown) {
    game.nomad("p1", {{"move", 1}});
    game.fail(Section::nomads);
    game.combat("1", false);
    game.combat("2", false);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 2U);
    game.fail(Section::nomads);
    game.combat("1", false);
    game.combat("2", false);
    game.combat("3", false);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 3U);
    game.nomad("p1", {{"move", 1}});
    game.combat("1", false);
    game.combat("2", false);
    game.combat("3", false);
    game.combat("4", false);
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
    EXPECT_EQ(game.totals().attacks, 5U);
    EXPECT_EQ(game.world.combats.at("#2"), KnownEntry{});
}

TEST_F(WorldReset, ForgetsWhatWasSeenBeforeTheLastReadThatShowedNone) {
    game.fail(Section::nomads);
    game.combat("2", false);
    game.tick();
    game.nomad("p1", {{"move", 150}});
    game.combat("3", false);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 3U);
    game.nomad("p1", {{"move", 1}});
    game.combat("2", false);
    game.combat("3", false);
    game.tick();
    EXPECT_EQ(game.totals().attacks, 5U);
}

TEST_F(WorldReset, MayFollowAnother) {
    game.nomad("p1", {{"move", 1}});
    game.combat("1", true);
    game.fail(Section::resources);
    game.tick();
    game.nomad("p1", {{"move", 200}});
    game.fail(Section::resources);
    game.tick();
    game.nomad("p1", {{"move", 2}});
    game.combat("1", true);
    game.balance("p1", "7", "0");
    game.tick();
    EXPECT_EQ(game.state().epoch, 2U);
    EXPECT_EQ(game.counted("move"), 150U + 200U + 2U);
    EXPECT_EQ(game.totals().attacks, 3U);
    EXPECT_EQ(to_text(game.totals().gold.left), "100");
    EXPECT_EQ(to_text(game.totals().gold.joined), "7");
}

TEST_F(WorldReset, LooksOnlyAtThePlayersInBothReads) {
    game.nomad("p2", {{"move", 1}});
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
}

TEST(Refusal, IsForRecordsThatWouldOverflowASum) {
    Reading reading;
    NomadRecord record;
    record.player_id = "p";
    record.has_actions = true;
    record.actions = {{"move", UINT64_MAX / 2}};
    EXPECT_EQ(reading.take(record), std::nullopt);
    record.actions = {{"attack", 1}, {"move", 1}};
    EXPECT_EQ(reading.take(record), InvalidReason::out_of_range);
    EXPECT_EQ(reading.nomads.total_nomads, 1U);
    record.actions = {{"attack", 1}};
    record.count = UINT64_MAX;
    EXPECT_EQ(reading.take(record), InvalidReason::out_of_range);
    CombatRecord combat;
    combat.destroyed_dwellings = UINT64_MAX / 2;
    EXPECT_EQ(reading.take(combat), std::nullopt);
    EXPECT_EQ(reading.take(combat), InvalidReason::out_of_range);
    EventRecord event;
    event.type = "raid";
    event.affected_players = UINT64_MAX / 2;
    EXPECT_EQ(reading.take(event), std::nullopt);
    EXPECT_EQ(reading.take(event), InvalidReason::out_of_range);
    reading.clear();
    EXPECT_EQ(reading.take(combat), std::nullopt);
    EXPECT_EQ(reading.take(event), std::nullopt);
}

TEST(Refusal, LooksAtWhatANomadToldLast) {
    Reading reading;
    NomadRecord record;
    record.player_id = "p";
    record.id = "n";
    record.has_actions = true;
    record.actions = {{"move", UINT64_MAX / 4}};
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(reading.take(record), std::nullopt);
    }
}

TEST(Counters, StopAtWhatPostgresHoldsAndNeverFall) {
    Game game;
    for (int i = 0; i < 4; ++i) {
        game.nomad("p1", {{"move", UINT64_MAX / 2}});
        game.combat(std::to_string(i), true, UINT64_MAX / 2);
        game.event(std::to_string(i), "raid", UINT64_MAX / 2);
        game.tick();
        EXPECT_EQ(game.counted("move"), UINT64_MAX / 2);
        EXPECT_EQ(game.totals().dwellings_destroyed, UINT64_MAX / 2);
        EXPECT_EQ(game.totals().events.at(0).affected_players, UINT64_MAX / 2);
        EXPECT_EQ(game.world.history.at(0).actions_counted, UINT64_MAX / 2);
        game.nomad("p1", {});
        game.nomad("p2", {{"move", 1}});
        game.tick();
    }
}

}  // namespace
}  // namespace watchtower::collector::test
