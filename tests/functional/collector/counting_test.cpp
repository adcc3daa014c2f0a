#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

using Counting = WatchedGame;

TEST_F(Counting, EqualsTheTruthAfterEveryStepOfTheGame) {
    Service collector("collector", collector_options());
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(truth_is_stored());
        simulator_.step(300);
    }
    EXPECT_TRUE(truth_is_stored());
    EXPECT_TRUE(stored().simulated);
}

TEST_F(Counting, EqualsTheTruthAfterCrashesOfTheCollector) {
    Service collector("collector", collector_options());
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(truth_is_stored());
        collector.kill();
        simulator_.step(200);
        collector.start();
    }
    EXPECT_TRUE(truth_is_stored());
}

TEST_F(Counting, StoresEachTickOnceWhenTwoCollectorsWatchOneWorld) {
    Service one("collector", collector_options());
    Service other("collector", collector_options());
    for (int i = 0; i < 6; ++i) {
        simulator_.step(120);
        EXPECT_TRUE(another_tick_is_stored());
    }
    EXPECT_TRUE(truth_is_stored(Flows::left_out));
    // Stock = first stock + collected - spent + joined - left holds over all ticks, whoever stored them.
    EXPECT_EQ(postgres_.ask(
                  "select count(*) from (select tick, sum(case when metric in ('gold', 'gold_spent', "
                  "'gold_left') then value else -value end) as start from gameplay_metrics where metric in "
                  "('gold', 'gold_spent', 'gold_left', 'gold_collected', 'gold_joined') group by tick) s "
                  "where start <> (select value from gameplay_metrics where metric = 'gold' order by tick limit 1)"),
              "0");
    EXPECT_EQ(postgres_.ask("select count(distinct tick) = count(*) from snapshots"), "t");
}

TEST_F(Counting, CarriesTotalsOverAResetOfTheWorld) {
    simulator_.step(4000);
    Service collector("collector", collector_options());
    EXPECT_TRUE(truth_is_stored());
    simulator_.reset();
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(stored().epoch, 1U);
    simulator_.step(500);
    EXPECT_TRUE(truth_is_stored());
}

TEST_F(Counting, CountsSlidingShuffledRepeatedAndPagedListsOnce) {
    Simulator paged({.flags = {{"sim-players", "40"}, {"sim-page-size", "7"}, {"sim-list-length", "60"}}});
    paged.set_faults(R"([{"kind":"shuffle"},{"kind":"repeat","records":5,"section":"pvp"},)"
                     R"({"kind":"repeat","records":5,"section":"events"}])");
    auto options = collector_options();
    options.environment["CCC_API_URL"] = paged.url();
    Service collector("collector", options);
    std::string last;
    for (int i = 0; i < 5; ++i) {
        paged.step(100);
        EXPECT_TRUE(eventually(
            seconds(15),
            [&] {
                last = differences(paged.truth(), stored());
                return last.empty();
            },
            [&] { return last; }));
    }
}

TEST_F(Counting, WritesWhatEveryTableShows) {
    Service collector("collector", collector_options());
    simulator_.step(500);
    ASSERT_TRUE(truth_is_stored());
    const proto::State state = stored();
    EXPECT_EQ(postgres_.ask("select sum(gold) from player_current"), to_text(state.document.resources->total_gold));
    EXPECT_EQ(postgres_.ask("select sum(nomads) from player_current"),
              std::to_string(state.document.nomads->total_nomads));
    EXPECT_EQ(postgres_.ask("select sum(dwellings) from player_current"),
              std::to_string(state.document.dwellings->total));
    EXPECT_EQ(postgres_.ask("select (select sum(actions_counted) from player_current) = "
                            "(select value from gameplay_metrics where metric = 'actions' order by tick desc limit 1)"),
              "t");
    EXPECT_EQ(postgres_.ask("select (select sum(actions_added) from player_activity) = "
                            "(select sum(actions_counted) from player_current)"),
              "t");
    EXPECT_EQ(postgres_.ask("select sum(count) from event_metrics"), std::to_string(state.document.events->total));
}

}  // namespace
}  // namespace watchtower::test
