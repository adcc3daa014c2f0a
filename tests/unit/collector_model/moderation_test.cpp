#include "services/collector/model/moderation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/collector/model/hide_players.hpp"
#include "tests/unit/collector_model/town.hpp"

namespace watchtower::collector {
namespace {

using proto::Section;
using proto::SuspectKind;
using proto::SuspectRule;
using proto::SuspectState;
using test::Town;
using testing::IsEmpty;

TEST(Moderation, AccusesNobodyOfAnOrdinaryDay) {
    Town town;
    town.minutes_go_by(24 * 60);
    EXPECT_THAT(town.game.world.moderation.watch, IsEmpty());
    EXPECT_THAT(town.doubtful, IsEmpty());
}

TEST(Moderation, AccusesAtOnceWhoExceedsABoundFourfold) {
    Town town;
    town.minutes_go_by(3);
    town.players["p7"].actions += 1'200;
    town.players["p8"].nomads += 120;
    town.players["p9"].gold += 40'000;
    town.players["p10"].level += 40;
    town.minute();
    EXPECT_EQ(town.accused(), "p10 levels, p7 moves, p8 nomads_created, p9 gold");
    const auto suspicion = town.suspicion("p8", SuspectKind::nomads_created);
    ASSERT_TRUE(suspicion);
    EXPECT_EQ(suspicion->state, SuspectState::open);
    EXPECT_TRUE(suspicion->active);
    EXPECT_EQ(suspicion->score, 4);
    EXPECT_EQ(suspicion->evidence.rule, SuspectRule::bound);
    EXPECT_EQ(suspicion->evidence.value, 120);
    EXPECT_EQ(suspicion->evidence.limit, 30);
    EXPECT_EQ(suspicion->evidence.until - suspicion->evidence.from, std::chrono::minutes(1));
    EXPECT_EQ(suspicion->opened_at, town.game.state().tick);
}

TEST(Moderation, NeedsSmallExcessesToComeOften) {
    Town town;
    town.minute();
    for (int i = 0; i < 3; ++i) {
        town.players["p7"].actions += 320;
        town.minute();
    }
    EXPECT_EQ(town.accused(), "");
    town.players["p7"].actions += 320;
    town.minute();
    EXPECT_EQ(town.accused(), "p7 moves");
}

TEST(Moderation, ForgetsAnExcessThatDoesNotComeAgain) {
    Town town;
    town.rules.outlier = 0;
    town.minute();
    for (int i = 0; i < 6; ++i) {
        town.players["p7"].actions += 400;
        town.minute();
        town.window_goes_by();
        town.window_goes_by();
    }
    EXPECT_EQ(town.accused(), "");
    EXPECT_THAT(town.game.world.moderation.watch, IsEmpty());
}

TEST(Moderation, AccusesWhoStandsOutFarOverAWindow) {
    Town town;
    town.window_goes_by();
    for (int i = 0; i < 5; ++i) {
        town.players["p7"].gold += 900;
        town.players["p8"].nomads += 8;
        town.players["p9"].level += 8;
        town.minute();
    }
    EXPECT_EQ(town.accused(), "p7 gold, p8 nomads_created, p9 levels");
    const auto suspicion = town.suspicion("p7", SuspectKind::gold);
    ASSERT_TRUE(suspicion);
    const proto::SuspectEvidence& evidence = suspicion->evidence;
    EXPECT_EQ(evidence.rule, SuspectRule::outlier);
    EXPECT_GT(evidence.value, 4'500);
    EXPECT_NEAR(*evidence.median, 50, 10);
    EXPECT_GT(evidence.limit, *evidence.median);
    EXPECT_LT(evidence.limit, 1'000);
    EXPECT_DOUBLE_EQ(suspicion->score, evidence.value / evidence.limit);
    EXPECT_EQ(evidence.players, 60U);
    EXPECT_EQ(evidence.until - evidence.from, std::chrono::minutes(5));
}

TEST(Moderation, ComparesNobodyInASmallWorld) {
    Town town(29);
    town.window_goes_by();
    for (int i = 0; i < 5; ++i) {
        town.players["p7"].gold += 9'000;
        town.minute();
    }
    EXPECT_EQ(town.accused(), "");
}

TEST(Moderation, JudgesNoWindowThatIsNotComplete) {
    Town town;
    town.game.now += std::chrono::minutes(3);  // a collector that starts in the middle of one
    town.minute();
    for (int i = 0; i < 2; ++i) {
        town.players["p7"].nomads += 20;
        town.minute();
    }
    EXPECT_EQ(town.accused(), "");
    town.minutes_go_by(20);
    EXPECT_EQ(town.accused(), "");
}

TEST(Moderation, JudgesNothingFromAStaleSection) {
    for (const bool at_the_end : {false, true}) {
        Town town;
        town.window_goes_by();
        town.minutes_go_by(4);
        if (!at_the_end) {
            town.game.fail(Section::resources);
            town.game.fail(Section::dwellings);
        }
        town.minute();  // begins a window
        for (int i = 0; i < 5; ++i) {
            town.players["p7"].gold += 9'000;
            town.players["p8"].nomads += 8;
            town.players["p9"].level += 8;
            if (at_the_end && i == 4) {
                town.game.fail(Section::resources);
                town.game.fail(Section::dwellings);
            }
            town.minute();
        }
        EXPECT_EQ(town.accused(), "p8 nomads_created") << at_the_end;
    }
}

TEST(Moderation, MeasuresByTheTimeThatReallyWentBy) {
    Town town;
    town.minutes_go_by(3);
    for (int i = 0; i < 10; ++i) {  // ten minutes of which nothing is read
        town.players["p7"].actions += 290;
        town.players["p8"].gold += 9'900;
        town.game.now += std::chrono::minutes(1);
    }
    town.minute();
    for (int i = 0; i < 10; ++i) {
        town.players["p9"].actions += 290;
        for (const Section section : proto::kSections) {
            town.game.fail(section);
        }
        town.minute();
    }
    town.minute();
    EXPECT_THAT(town.game.world.moderation.watch, IsEmpty());
}

TEST(Moderation, CountsNothingThatWasDoneBeforeOneCame) {
    Town town;
    town.window_goes_by();
    town.players["p7"].present = false;
    town.minute();
    town.players["p7"] = {50'000, 500, 1'000'000, 90, true};
    town.players["newcomer"] = {90'000, 900, 9'000'000, 900, true};
    town.minutes_go_by(20);
    EXPECT_EQ(town.accused(), "");
}

TEST(Moderation, BeginsAnewWithTheWorld) {
    Town town;
    town.window_goes_by();
    town.players["p7"].actions += 400;
    town.minute();
    EXPECT_THAT(town.game.world.moderation.watch, testing::SizeIs(1));
    for (auto& [name, player] : town.players) {
        player = {0, 30, 5'000'000, 50, true};
    }
    town.minute();
    EXPECT_EQ(town.game.state().epoch, 1U);
    EXPECT_THAT(town.game.world.moderation.watch, IsEmpty());
    town.minutes_go_by(20);
    EXPECT_EQ(town.accused(), "");
}

TEST(Moderation, BelievesNoBoundThatManyExceed) {
    Town town;
    town.minute();
    for (int i = 0; i < 4; ++i) {
        town.players["p" + std::to_string(i)].actions += 5'000;
    }
    town.minute();
    EXPECT_EQ(town.accused(), "");
    EXPECT_THAT(town.doubtful, testing::ElementsAre(SuspectKind::moves));
}

TEST(Moderation, NeverAccusesOneWhoWasErased) {
    Town town;
    town.minute();
    town.players["p7"].actions += 5'000;
    town.players["p8"].actions += 5'000;
    town.minute();
    ASSERT_EQ(town.accused(), "p7 moves, p8 moves");
    const ErasedPlayers erased("salt", {erased_hash("salt", "p7")}, 1);
    hide_players(town.game.world, erased);
    EXPECT_EQ(town.accused(), "p8 moves");
    town.players["p7"].actions += 5'000;
    town.minute();
    EXPECT_EQ(town.accused(), "p8 moves");
}

TEST(Moderation, DoesNotAccuseADismissedPlayerOfTheSameAgain) {
    Town town;
    town.minute();
    town.players["p7"].actions += 5'000;
    town.minute();
    town.review("p7", SuspectKind::moves, SuspectState::dismissed);
    const auto before = town.suspicion("p7", SuspectKind::moves);
    for (int i = 0; i < 30; ++i) {
        town.players["p7"].actions += 50'000;
        town.minute();
    }
    EXPECT_EQ(town.suspicion("p7", SuspectKind::moves), before);
    town.players["p7"].level += 100;
    town.minute();
    EXPECT_EQ(town.accused(), "p7 levels, p7 moves") << "of something else he is";
    town.review("p7", SuspectKind::moves, SuspectState::open);
    town.players["p7"].actions += 50'000;
    town.minute();
    EXPECT_GT(town.suspicion("p7", SuspectKind::moves)->score, before->score) << "once it is taken back";
}

TEST(Moderation, EndsAfterSomeCalmWindowsAndGoesOnWhenItComesAgain) {
    Town town;
    town.minute();
    town.players["p7"].actions += 5'000;
    town.minute();
    town.review("p7", SuspectKind::moves, SuspectState::confirmed);
    int windows = 0;
    while (town.suspicion("p7", SuspectKind::moves)->active && windows < 50) {
        town.window_goes_by();
        ++windows;
    }
    EXPECT_GE(windows, 4);
    EXPECT_LE(windows, 10);
    EXPECT_EQ(town.suspicion("p7", SuspectKind::moves)->state, SuspectState::confirmed);
    town.players["p7"].actions += 5'000;
    town.minute();
    EXPECT_TRUE(town.suspicion("p7", SuspectKind::moves)->active);
    EXPECT_EQ(town.suspicion("p7", SuspectKind::moves)->state, SuspectState::confirmed);
}

TEST(Moderation, AccusesOfNeverResting) {
    Town town;
    town.rules.outlier = 0;
    town.rules.window = std::chrono::hours(1);
    town.game.now = tick_at_or_before(town.game.now, town.rules.window);
    int hours = 0;
    for (; town.accused().empty() && hours < 40; ++hours) {
        for (int minute = 0; minute < 60; ++minute) {
            town.players["p7"].actions += 45;
            town.players["p8"].actions += hours % 12 == 11 ? 0 : 45;  // and this one sleeps
            town.minute();
        }
    }
    EXPECT_EQ(town.accused(), "p7 moves");
    EXPECT_EQ(hours, 17);
    const auto suspicion = town.suspicion("p7", SuspectKind::moves);
    EXPECT_EQ(suspicion->evidence.rule, SuspectRule::restless);
    EXPECT_EQ(suspicion->evidence.value, 16 * 60);
    EXPECT_EQ(suspicion->evidence.limit, 16 * 60);
    EXPECT_EQ(suspicion->evidence.until - suspicion->evidence.from, std::chrono::hours(16));
}

TEST(Moderation, OpensAnAlertOfEachKindUntilItIsReviewedOrOver) {
    Town town;
    town.minute();
    EXPECT_EQ(town.active_alerts(), "");
    town.players["p7"].actions += 5'000;
    town.players["p8"].level += 100;
    town.players["p9"].level += 100;
    town.minute();
    EXPECT_EQ(town.active_alerts(),
              "1 player with moves that are not plausible, not reviewed;"
              "2 players with levels that are not plausible, not reviewed;");
    town.review("p7", SuspectKind::moves, SuspectState::confirmed);
    town.review("p8", SuspectKind::levels, SuspectState::dismissed);
    town.minute();
    EXPECT_EQ(town.active_alerts(), "2 players with levels that are not plausible, not reviewed;") << "the worst";
    for (int i = 0; i < 12; ++i) {
        town.window_goes_by();
    }
    EXPECT_EQ(town.active_alerts(), "");
    EXPECT_EQ(town.log.size(), 4U);
}

TEST(Moderation, TurnsOffWithZeros) {
    Town town;
    town.rules = {town.rules.window, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 20; ++i) {
        town.players["p7"] = {town.players["p7"].actions * 2, 40U + 40U * i, 100'000 * i, 1U + i * 20U, true};
        town.minute();
    }
    EXPECT_EQ(town.accused(), "");
}

}  // namespace
}  // namespace watchtower::collector
