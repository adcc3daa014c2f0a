#include <set>

#include "common/base/error.hpp"
#include "tests/integration/collector_tasks/collectors.hpp"

namespace watchtower::collector::test {
namespace {

TEST_F(Tasks, ShowWhatIsQueued) {
    const std::string id = enqueue();
    EXPECT_TRUE(tasks::is_task_id(id)) << id;
    EXPECT_EQ(queue_.find(id), (proto::Task{id, "k", TaskState::queued, {}, {}}));
    EXPECT_EQ(length(proto::kTasksKey), 1);
    EXPECT_NE(enqueue(), id);
    EXPECT_EQ(queue_.find(std::string(32, 'a')), std::nullopt);
    for (const char* text : {"", "x", "*", "../watchtower:state:north"}) {
        EXPECT_EQ(queue_.find(text), std::nullopt) << text;
    }
}

TEST_F(Tasks, AreQueuedOnceForAKeyAndPeriod) {
    const tasks::NewTask task{"rollup", "north", "", TimePoint()};
    const auto first = queue_.enqueue_once("rollup:north:1", 1h, task);
    ASSERT_TRUE(first);
    EXPECT_EQ(queue_.enqueue_once("rollup:north:1", 1h, task), std::nullopt);
    EXPECT_TRUE(queue_.enqueue_once("rollup:south:1", 1h, task));
    EXPECT_EQ(length(proto::kTasksKey), 2);
    EXPECT_TRUE(queue_.enqueue_once("short", 30ms, task));
    EXPECT_TRUE(eventually(kDeadline, [&] { return queue_.enqueue_once("short", 30ms, task).has_value(); }));
}

TEST_F(Tasks, AreRefusedWhenTooManyAreQueued) {
    tasks::TaskQueue small(redis_, {.most_queued = 2});
    const tasks::NewTask task{"k", "", "", TimePoint()};
    (void)small.enqueue(task);
    (void)small.enqueue(task);
    EXPECT_THROW((void)small.enqueue(task), Unavailable);
    EXPECT_THROW((void)small.enqueue_once("key", 1h, task), Unavailable);
    EXPECT_EQ(length(proto::kTasksKey), 2);
    const Collector collector("a", options(), {{"k", [](const auto&, const auto&) { return TaskOutcome::done(); }}});
    EXPECT_TRUE(is_empty());
    EXPECT_TRUE(small.enqueue_once("key", 1h, task)) << "the refused one did not use up the key";
}

TEST_F(Tasks, CarryTheirArgumentsByteForByte) {
    const std::string hostile("{\"a\":\"\\\"\0\r\n\xff'\"}", 15);
    std::mutex mutex;
    std::vector<ClaimedTask> seen;
    const Collector collector("a", options(), {{"k", [&](const ClaimedTask& task, const auto&) {
                                                    const std::lock_guard lock(mutex);
                                                    seen.push_back(task);
                                                    return TaskOutcome::done();
                                                }}});
    const std::string id = queue_.enqueue({"k", "north", hostile, TimePoint(1'234'567ms)});
    ASSERT_TRUE(becomes(id, TaskState::done));
    const std::lock_guard lock(mutex);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].arguments, hostile);
    EXPECT_EQ(seen[0].requested_at, TimePoint(1'234'567ms));
    EXPECT_EQ(seen[0].attempt, 1);
    EXPECT_THROW((void)queue_.enqueue({"k", "", std::string(20'000, 'x'), TimePoint()}), BadInput);
}

TEST_F(Tasks, AreForgottenSomeTimeAfterTheirLastChange) {
    tasks::TaskQueue forgetful(redis_, {.lifetime = 100ms});
    auto short_lived = options();
    short_lived.claims.lifetime = 100ms;
    const std::string id = forgetful.enqueue({"k", "north", "", TimePoint()});
    ASSERT_TRUE(eventually(kDeadline, [&] { return !forgetful.find(id); }));
    EXPECT_EQ(length(proto::kTasksKey), 1) << "what is to be done is not forgotten";
    std::atomic<int> runs = 0;
    const Collector collector("a", short_lived, {{"k", [&](const ClaimedTask& task, const auto&) {
                                                      runs += task.id == id && task.world == "north" ? 1 : 0;
                                                      return TaskOutcome::done();
                                                  }}});
    EXPECT_TRUE(is_empty());
    EXPECT_EQ(runs, 1);
    EXPECT_TRUE(eventually(kDeadline, [&] { return !forgetful.find(id); })) << "the finished one too";
    EXPECT_EQ(redis_.command({"KEYS", "watchtower:task:*"}).array().size(), 0U);
}

TEST_F(Tasks, OfTheScheduleAreQueuedOnceByAllCollectors) {
    std::atomic<int> runs = 0;
    auto scheduled = options(300ms);
    scheduled.schedule =
        TaskSchedule({{"k", "north", std::chrono::hours(24 * 10'000), 0ms}, {"k", "", 24h * 10'000, 0ms}});
    const TaskHandlers handlers = {{"k", [&](const auto&, const auto&) {
                                        ++runs;
                                        return TaskOutcome::done();
                                    }}};
    std::vector<std::unique_ptr<Collector>> collectors;
    for (const char* id : {"a", "b", "c"}) {
        collectors.push_back(std::make_unique<Collector>(id, scheduled, handlers));
    }
    EXPECT_TRUE(eventually(kDeadline, [&] { return runs == 2; }));
    EXPECT_EQ(redis_.command({"KEYS", "watchtower:task-once:*"}).array().size(), 2U);
    // Every collector has looked again.
    for (int i = 0; i < 3; ++i) {
        const double before = collectors[static_cast<std::size_t>(i)]->metric("watchtower_tasks_queued");
        EXPECT_GE(before, 0);
    }
    EXPECT_TRUE(is_empty());
    EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace watchtower::collector::test
