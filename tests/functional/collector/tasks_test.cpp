#include "common/redis/client.hpp"
#include "common/task_queue/task_queue.hpp"
#include "proto-json/names.hpp"
#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

class CollectorTasks : public WatchedGame {
protected:
    /// Waits for a task's end.
    proto::Task finished(const std::string& id) {
        proto::Task task;
        EXPECT_TRUE(eventually(
            seconds(30),
            [&] {
                task = queue_.find(id).value();
                return task.state == proto::TaskState::done || task.state == proto::TaskState::failed;
            },
            [&] { return encode(task); }));
        return task;
    }

    proto::Task collected(TimePoint at) {
        return finished(queue_.enqueue({std::string(proto::kCollectTask), "default", "", at}));
    }

    static TimePoint now() { return SystemClock().now(); }

    redis::Client redis_client_{{.url = redis_.url()}};
    tasks::TaskQueue queue_{redis_client_};
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

TEST_F(CollectorTasks, RollUpAndRetire) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    for (const auto kind : {proto::kRollupTask, proto::kRetentionTask}) {
        const proto::Task task = finished(queue_.enqueue({std::string(kind), "default", "", now()}));
        EXPECT_EQ(task.state, proto::TaskState::done) << encode(task);
    }
}

TEST_F(CollectorTasks, EraseAPlayerAndForgetWho) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const std::string player = postgres_.ask("select player_id from player_current order by actions desc limit 1");
    const std::string id = queue_.enqueue({std::string(proto::kEraseTask), "default", player, now()});
    EXPECT_EQ(finished(id).state, proto::TaskState::done);
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id = '" + player + "'"), "0");
    const std::string key = proto::task_key(id);
    EXPECT_TRUE(redis_client_.command({"HGET", key, "arguments"}).is_nil());
    simulator_.step(60);
    EXPECT_TRUE(another_tick_is_stored());
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id = '" + player + "'"), "0");
}

TEST_F(CollectorTasks, WaitForADatabaseThatIsAway) {
    const Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    postgres_.kill();
    const std::string id = queue_.enqueue({std::string(proto::kRollupTask), "default", "", now()});
    postgres_.start();
    EXPECT_EQ(finished(id).state, proto::TaskState::done);
}

}  // namespace
}  // namespace watchtower::test
