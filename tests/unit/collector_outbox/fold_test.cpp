#include "services/collector/outbox/fold.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

TEST(MergeRows, KeepsRowsThatAreInOneOfBoth) {
    EXPECT_EQ(merge_rows("a\t1\n", "b\t2\n", {1}), "a\t1\nb\t2\n");
    EXPECT_EQ(merge_rows("a\t1\n", "", {1}), "a\t1\n");
    EXPECT_EQ(merge_rows("", "b\t2\n", {1}), "b\t2\n");
    EXPECT_EQ(merge_rows("", "", {1}), "");
    EXPECT_EQ(merge_rows("a\t1", "b\t2", {1}), "a\t1\nb\t2\n") << "a last row without its end";
}

TEST(MergeRows, TakesTheNewerRowAndAddsUpItsSums) {
    EXPECT_EQ(merge_rows("a\tx\t1\t0.5\n", "a\ty\t2\t0.000001\n", {1, 2}), "a\ty\t3\t0.500001\n");
    EXPECT_EQ(merge_rows("a\tx\t1\n", "a\ty\t2\n", {1}), "a\ty\t2\n");
}

TEST(MergeRows, TellsRowsApartByAllTheirKeys) {
    EXPECT_EQ(merge_rows("a\tb\t1\n", "a\tc\t2\n", {2}), "a\tb\t1\na\tc\t2\n");
    EXPECT_EQ(merge_rows("a\tb\t1\n", "a\tb\t2\n", {2}), "a\tb\t2\n");
    EXPECT_EQ(merge_rows("a\\t\tb\n", "a\t\\tb\n", {1}), "a\\t\tb\na\t\\tb\n") << "an escaped tab is no border";
}

TEST(MergeRows, RefusesASumThatIsNoNumber) {
    EXPECT_THROW((void)merge_rows("a\tx\n", "a\t1\n", {1, 1}), Error);
}

class Fold : public testing::Test {
protected:
    /// A tick in which p1 collects and something happens.
    TickWrite tick(std::uint64_t moves, const char* gold) {
        game_.nomad("p1", {{"move", moves}});
        game_.balance("p1", gold, "0");
        const Step step = game_.compare_with(game_.world);
        TickWrite write = tick_write(game_.world, step);
        game_.finish(step);
        return write;
    }

    test::Game game_;
};

TEST_F(Fold, ChainsTwoTicksIntoOne) {
    TickWrite first = tick(1, "10");
    const TickWrite second = tick(5, "12.5");
    TickWrite third = tick(6, "2");
    const TickWrite folded = fold(second, third);
    EXPECT_EQ(folded.previous_tick, first.state().tick);
    EXPECT_EQ(folded.previous_id, first.id);
    EXPECT_EQ(folded.id, third.id);
    ASSERT_EQ(folded.states.size(), 2);
    EXPECT_EQ(folded.states[0], second.state());
    EXPECT_EQ(folded.state(), third.state());
    EXPECT_EQ(folded.state_text, third.state_text);
    EXPECT_EQ(folded.player_rows, 1);
    EXPECT_TRUE(folded.players.ends_with("\t5\t0\t2.5\t10.5\t0\t0\n")) << folded.players;
}

TEST_F(Fold, ForgetsEntriesOfBeforeAReset) {
    TickWrite older = tick(1, "1");
    TickWrite newer = tick(2, "1");
    older.entries = "pvp\t#1\t1\t\\N\tf\n";
    newer.entries = "pvp\t#2\t1\t\\N\tf\n";
    newer.reset = true;
    EXPECT_EQ(fold(older, newer).entries, "pvp\t#2\t1\t\\N\tf\n");
    EXPECT_TRUE(fold(older, newer).reset);
    newer.reset = false;
    older.reset = true;
    EXPECT_EQ(fold(older, newer).entries, "pvp\t#1\t1\t\\N\tf\npvp\t#2\t1\t\\N\tf\n");
    EXPECT_TRUE(fold(older, newer).reset);
}

TEST_F(Fold, KeepsTheLogOfAlertsInItsOrder) {
    TickWrite older = tick(1, "1");
    TickWrite newer = tick(2, "1");
    older.alert_log = {{1, {}}, {2, {}}};
    newer.alert_log = {{3, {}}};
    TickWrite folded = fold(older, newer);
    EXPECT_GT(bytes_of(folded), bytes_of(fold(tick(3, "1"), tick(4, "1"))));
    drop_folded_states(folded);
    ASSERT_EQ(folded.alert_log.size(), 3);
    EXPECT_EQ(folded.alert_log[0].number, 1);
    EXPECT_EQ(folded.alert_log[2].number, 3);
}

TEST_F(Fold, KnowsOfErasuresWhatBothKnow) {
    TickWrite older = tick(1, "1");
    TickWrite newer = tick(2, "1");
    older.erasures = 3;
    newer.erasures = 4;
    EXPECT_EQ(fold(older, newer).erasures, 3);
}

TEST_F(Fold, TakesLessRoomThanBoth) {
    TickWrite older = tick(1, "1");
    TickWrite newer = tick(2, "1");
    const std::size_t before = bytes_of(older) + bytes_of(newer);
    EXPECT_LT(bytes_of(fold(older, newer)), before);
}

TEST_F(Fold, DropsOnlyTheStatesOfFoldedTicks) {
    TickWrite older = tick(1, "1");
    TickWrite folded = fold(std::move(older), tick(2, "1"));
    const proto::State newest = folded.state();
    EXPECT_TRUE(drop_folded_states(folded));
    ASSERT_EQ(folded.states.size(), 1);
    EXPECT_EQ(folded.state(), newest);
    EXPECT_FALSE(drop_folded_states(folded));
}

}  // namespace
}  // namespace watchtower::collector
