#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"

/// Nomads that tell their actions in several forms, or in another one than before.
namespace watchtower::collector::test {
namespace {

TEST(FormsOfActions, AreCountedSideBySide) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 11U);
    game.nomad("p1", {{"move", 12}});
    game.nomad_that_did("p1", "attack");
    game.tick();
    EXPECT_EQ(game.counted("move"), 13U);
    EXPECT_EQ(game.counted("attack"), 1U);
    EXPECT_EQ(game.state().document.nomads->by_action, (proto::Counts{{"move", 12}, {"attack", 1}}));
}

TEST(FormsOfActions, CountAnotherNomadThatTellsSumsWhole) {
    Game game;
    game.nomad_that_did("p1", "move");
    game.tick();
    game.nomad_that_did("p1", "move");
    game.nomad("p1", {{"move", 5}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 6U);
}

TEST(FormsOfActions, MakeUpForWhatWasEstimatedWhenSumsAppear) {
    Game game;
    for (const char* action : {"move", "attack", "move"}) {
        game.nomad_that_did("p1", action);
        game.tick();
    }
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad("p1", {{"move", 10}, {"attack", 3}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 10U);
    EXPECT_EQ(game.counted("attack"), 3U);
    game.nomad("p1", {{"move", 11}, {"attack", 3}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 11U);
}

TEST(FormsOfActions, MakeUpForTimesWhenSumsAppear) {
    Game game;
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad("p1", {{"move", 2}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
}

TEST(FormsOfActions, MakeUpForEstimatesAlsoAfterAReadThatToldNothing) {
    Game game;
    game.nomad_that_did("p1", "move");
    game.tick();
    game.nomad("p1", {});
    game.tick();
    game.nomad("p1", {{"move", 4}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 4U);
}

TEST(FormsOfActions, KeepASumWhileNoRecordTellsIt) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.nomad("p2", {{"move", 500}});
    game.tick();
    game.nomad_that_did("p1", "move");
    game.nomad("p2", {{"move", 500}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 510U);
    EXPECT_EQ(game.state().document.nomads->by_player.at(1).second, (proto::Counts{{"move", 1}}));
    game.nomad("p1", {{"move", 12}});
    game.nomad("p2", {{"move", 500}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 512U);
    EXPECT_EQ(game.state().epoch, 0U);
}

TEST(FormsOfActions, CountNothingOfNomadsThatBeginToTellTheirLastActionWhileTheSumIsKept) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.tick();
    NomadRecord silent;
    silent.player_id = "p1";
    (void)game.begun().take(silent);
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    EXPECT_EQ(game.counted("move"), 10U);
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    EXPECT_EQ(game.counted("move"), 11U);
    game.nomad("p1", {{"move", 13}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 13U);
}

TEST(FormsOfActions, AreNoResetWhenSumsAreNotToldForARead) {
    Game game;
    game.nomad("p1", {{"move", 1000}});
    game.combat("1", true);
    game.tick();
    game.nomad_that_did("p1", "move");
    game.combat("1", true);
    game.tick();
    EXPECT_EQ(game.state().epoch, 0U);
    EXPECT_EQ(game.totals().attacks, 1U);
    game.nomad("p1", {{"move", 3}});
    game.combat("1", true);
    game.tick();
    EXPECT_EQ(game.state().epoch, 1U);
    EXPECT_EQ(game.counted("move"), 1003U);
}

TEST(FormsOfActions, LetAnEmptyListOfActionsBeASumOfZero) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.tick();
    game.nomad("p1", {});
    game.tick();
    game.nomad("p1", {{"move", 4}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 14U);
}

TEST(FormsOfActions, CountALastActionOnceThatGetsATimeAndLosesIt) {
    Game game;
    game.nomad_that_did("p1", "move");
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    EXPECT_EQ(game.counted("move"), 1U);
    game.nomad_that_did("p1", "move", 20);
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad_that_did("p1", "move");
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 3U);
}

TEST(FormsOfActions, CountNewRecordsWithAndWithoutATime) {
    Game game;
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
    game.nomad_that_did("p1", "move", 20);
    game.nomad_that_did("p1", "move");
    game.nomad_that_did("p1", "move");
    game.tick();
    EXPECT_EQ(game.counted("move"), 4U);
}

TEST(FormsOfActions, CountATimeThatIsNoneOnce) {
    Game game;
    for (int i = 0; i < 2; ++i) {
        game.nomad_that_did("p1", "move", 0);
        game.nomad_that_did("p1", "move", 0);
        game.tick();
        EXPECT_EQ(game.counted("move"), 2U);
        EXPECT_EQ(game.state().document.nomads->by_player.at(0).second, (proto::Counts{{"move", 2}}));
    }
}

TEST(FormsOfActions, CountOneOfTwoEqualTimesThatWasGoneForAReadOnce) {
    Game game;
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    game.nomad_that_did("p1", "move", 10);
    game.nomad_that_did("p1", "move", 10);
    game.tick();
    EXPECT_EQ(game.counted("move"), 2U);
}

TEST(FormsOfActions, GoOnWhereAPlayerWasWhoComesBackInAnotherForm) {
    Game game;
    game.nomad("p1", {{"move", 10}});
    game.tick();
    game.tick();
    game.nomad_that_did("p1", "move");
    game.tick();
    game.nomad("p1", {{"move", 11}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 11U);
}

TEST(NomadsWithIds, BelongToThePlayerToldLast) {
    Game game;
    game.nomad_with_id("n1", "p1", {{"move", 10}});
    game.tick();
    game.nomad_with_id("n1", "p1", {{"move", 1}});
    game.nomad_with_id("n1", "p2", {{"move", 3}});
    game.tick();
    EXPECT_EQ(game.state().players, 1U);
    EXPECT_EQ(game.state().document.nomads->by_player.size(), 1U);
    EXPECT_EQ(game.counted("move"), 13U);
    game.nomad_with_id("n1", "p2", {{"move", 3}});
    game.nomad_with_id("n2", "p1", {{"move", 10}});
    game.tick();
    EXPECT_EQ(game.counted("move"), 13U);
}

}  // namespace
}  // namespace watchtower::collector::test
