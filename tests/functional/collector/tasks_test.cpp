#include "tests/functional/collector/watched_game.hpp"
#include "tests/support/task_desk.hpp"

namespace watchtower::test {
namespace {

class CollectorTasks : public WatchedGame {
protected:
    proto::Task collected(TimePoint at) { return desk_.finished(desk_.queue(proto::kCollectTask, at)); }

    static TimePoint now() { return SystemClock().now(); }

    TaskDesk desk_{redis_.url()};
};

TEST_F(CollectorTasks, CollectAtTheTimeOfTheRequest) {
    auto options = collector_options();
    options.environment["METRICS_COLLECTION_INTERVAL"] = "20";
    const Service collector("collector", options);
    ASSERT_TRUE(truth_is_stored());
    simulator_.step(120);
    const TimePoint at = now();
    const proto::Task task = collected(at);
    ASSERT_EQ(task.state, proto::TaskState::done) << encode(task);
    EXPECT_GE(*task.tick, at);
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(postgres_.ask("select count(*) from snapshots where tick = '" + to_rfc3339(*task.tick) + "'"), "1");
}

TEST_F(CollectorTasks, CollectWhoeverTakesTheTask) {
    const Service one("collector", collector_options());
    const Service other("collector", collector_options());
    ASSERT_TRUE(truth_is_stored(Flows::left_out));
    for (int i = 0; i < 8; ++i) {
        const TimePoint at = now();
        const proto::Task task = collected(at);
        ASSERT_EQ(task.state, proto::TaskState::done) << encode(task);
        EXPECT_GE(*task.tick, at);
    }
}

TEST_F(CollectorTasks, AreDoneWhenANewerTickIsThere) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const proto::Task old = collected(now() - std::chrono::hours(1));
    EXPECT_EQ(old.state, proto::TaskState::done) << encode(old);
}

TEST_F(CollectorTasks, OfAClockThatIsAheadLetOthersBeDone) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    for (int i = 0; i < 6; ++i) {
        (void)desk_.queue(proto::kCollectTask, now() + std::chrono::hours(1));
    }
    const proto::Task task = collected(now());
    EXPECT_EQ(task.state, proto::TaskState::done) << encode(task);
}

TEST_F(CollectorTasks, RollUpAndRetire) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    for (const auto kind : {proto::kRollupTask, proto::kRetentionTask}) {
        const proto::Task task = desk_.finished(desk_.queue(kind, now()));
        EXPECT_EQ(task.state, proto::TaskState::done) << encode(task);
    }
}

TEST_F(CollectorTasks, EraseAPlayerAndForgetWho) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const std::string player = postgres_.ask("select player_id from player_current order by actions desc limit 1");
    const std::string id = desk_.queue(proto::kEraseTask, now(), player);
    EXPECT_EQ(desk_.finished(id).state, proto::TaskState::done);
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id = '" + player + "'"), "0");
    EXPECT_FALSE(desk_.knows_arguments(id));
    simulator_.step(60);
    EXPECT_TRUE(another_tick_is_stored());
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id = '" + player + "'"), "0");
}

TEST_F(CollectorTasks, WaitForADatabaseThatIsAway) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    postgres_.kill();
    const std::string id = desk_.queue(proto::kRollupTask, now());
    postgres_.start();
    EXPECT_EQ(desk_.finished(id).state, proto::TaskState::done);
}

}  // namespace
}  // namespace watchtower::test
