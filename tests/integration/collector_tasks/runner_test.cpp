#include <map>

#include "common/base/error.hpp"
#include "tests/integration/collector_tasks/collectors.hpp"

namespace watchtower::collector::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(Tasks, AreDoneOnceBySeveralCollectors) {
    constexpr int kTasks = 200;
    std::mutex mutex;
    std::map<std::string, int> runs;
    const TaskHandlers handlers = {{"k", [&](const ClaimedTask& task, const auto&) {
                                        const std::lock_guard lock(mutex);
                                        ++runs[task.id];
                                        return TaskOutcome::done(task.requested_at);
                                    }}};
    const Collector a("a", options(), handlers);
    const Collector b("b", options(), handlers);
    const Collector c("c", options(), handlers);
    std::vector<std::string> ids(kTasks);
    for (std::string& id : ids) {
        id = enqueue();
    }
    for (const std::string& id : ids) {
        ASSERT_TRUE(becomes(id, TaskState::done));
    }
    EXPECT_EQ(queue_.find(ids[0])->tick, TimePoint(1'000'000ms));
    EXPECT_TRUE(is_empty());
    const std::lock_guard lock(mutex);
    EXPECT_EQ(runs.size(), ids.size());
    for (const auto& [id, times] : runs) {
        EXPECT_EQ(times, 1) << id;
    }
    EXPECT_TRUE(
        eventually(kDeadline, [&] { return a.results("done") + b.results("done") + c.results("done") == kTasks; }));
}

TEST_F(Tasks, StayWithACollectorThatRenewsItsClaim) {
    constexpr auto kClaim = 600ms;
    Door door;
    std::atomic<int> runs = 0;
    const TaskHandlers handlers = {{"k", [&](const auto&, const std::stop_token& stop) {
                                        ++runs;
                                        (void)door.pass(stop);
                                        return TaskOutcome::done();
                                    }}};
    const Collector a("a", options(kClaim), handlers);
    const Collector b("b", options(kClaim), handlers);
    const std::string id = enqueue();
    ASSERT_TRUE(becomes(id, TaskState::running));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually(kDeadline, [&] { return std::chrono::steady_clock::now() - begin > 3 * kClaim; }));
    EXPECT_EQ(runs, 1);
    door.open();
    EXPECT_TRUE(becomes(id, TaskState::done));
    EXPECT_EQ(runs, 1);
}

TEST_F(Tasks, OfADeadCollectorAreTakenOver) {
    const std::string id = enqueue();
    TaskClaims dead({.consumer = "dead", .claim = 300ms});
    ASSERT_TRUE(dead.take(redis_, {}).task);
    EXPECT_EQ(queue_.find(id)->state, TaskState::running);
    std::atomic<int> attempt = 0;
    const Collector alive("alive", options(300ms), {{"k", [&](const ClaimedTask& task, const auto&) {
                                                         attempt = task.attempt;
                                                         return TaskOutcome::done();
                                                     }}});
    EXPECT_TRUE(becomes(id, TaskState::done));
    EXPECT_EQ(attempt, 2);
    EXPECT_TRUE(is_empty());
}

TEST_F(Tasks, ThatFailThreeTimesBecomeDeadLetters) {
    std::atomic<int> runs = 0;
    const Collector a("a", options(), {{"k", [&](const auto&, const auto&) -> TaskOutcome {
                                            ++runs;
                                            throw Error("game 10.1.2.3:80: it broke");
                                        }}});
    const std::string id = enqueue();
    ASSERT_TRUE(becomes(id, TaskState::failed));
    EXPECT_EQ(runs, 3);
    EXPECT_THAT(*queue_.find(id)->error, Not(HasSubstr("10.1.2.3"))) << "the inside is not for everybody";
    EXPECT_TRUE(is_empty());
    const auto letters = redis_.command({"XRANGE", proto::kDeadTasksKey, "-", "+"});
    ASSERT_EQ(letters.array().size(), 1U);
    std::map<std::string, std::string> letter;
    const auto& fields = letters.at(0).at(1).array();
    for (std::size_t i = 0; i < fields.size(); i += 2) {
        letter[fields[i].text()] = fields[i + 1].text();
    }
    EXPECT_EQ(letter["id"], id);
    EXPECT_EQ(letter["kind"], "k");
    EXPECT_EQ(letter["world"], "north");
    EXPECT_EQ(letter["arguments"], "some arguments");
    EXPECT_EQ(letter["attempts"], "3");
    EXPECT_EQ(letter["detail"], "game 10.1.2.3:80: it broke");
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.results("dead") == 1; }));
    EXPECT_EQ(a.results("failed"), 2);
}

TEST_F(Tasks, ShowTheErrorsThatAreForTheCaller) {
    const Collector a(
        "a",
        options(),
        {{"bad",
          [](const auto&, const auto&) -> TaskOutcome { throw BadInput("arguments.player: is not a player's id"); }},
         {"away", [](const auto&, const auto&) -> TaskOutcome {
              throw Unavailable("postgres 10.1.2.3:5432: connection refused");
          }}});
    const std::string bad = enqueue("", "bad");
    const std::string away = enqueue("", "away");
    ASSERT_TRUE(becomes(bad, TaskState::failed));
    ASSERT_TRUE(becomes(away, TaskState::failed));
    EXPECT_EQ(queue_.find(bad)->error, "arguments.player: is not a player's id");
    EXPECT_EQ(queue_.find(away)->error, "postgres: not available");
}

TEST_F(Tasks, ThatKillTheirCollectorsDoNotGoRoundForEver) {
    const std::string poison = enqueue();
    for (const char* victim : {"first", "second", "third"}) {
        TaskClaims claims({.consumer = victim, .claim = 100ms, .settling = 0ms});
        ASSERT_TRUE(eventually(kDeadline, [&] { return claims.take(redis_, {}).task.has_value(); })) << victim;
    }
    std::atomic<int> runs = 0;
    const Collector a("a", options(10ms), {{"k", [&](const auto&, const auto&) {
                                                ++runs;
                                                return TaskOutcome::done();
                                            }}});
    ASSERT_TRUE(becomes(poison, TaskState::failed));
    EXPECT_EQ(runs, 0);
    EXPECT_EQ(length(proto::kDeadTasksKey), 1);
    EXPECT_THAT(*queue_.find(poison)->error, HasSubstr("3 attempts"));
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.results("dead") == 1; }));
    const std::string next = enqueue();
    EXPECT_TRUE(becomes(next, TaskState::done));
}

TEST_F(Tasks, KeepTheNewestThousandDeadLetters) {
    auto few = options();
    few.claims.most_dead_letters = 5;
    few.claims.most_attempts = 1;
    const Collector a("a", few, {{"k", [](const auto&, const auto&) -> TaskOutcome { throw Error("no"); }}});
    std::string last;
    for (int i = 0; i < 8; ++i) {
        last = enqueue();
    }
    ASSERT_TRUE(is_empty());
    EXPECT_EQ(length(proto::kDeadTasksKey), 5);
}

TEST_F(Tasks, AreHandedToTheCollectorTheyBelongTo) {
    std::atomic<int> by_owner = 0;
    std::atomic<int> attempt = 0;
    const auto refuse = [](const auto&, const auto&) { return TaskOutcome::belongs_to("owner"); };
    const Collector a("a", options(), {{"k", refuse}});
    const std::string early = enqueue();
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.results("handed_over") == 1; }));
    EXPECT_EQ(queue_.find(early)->state, TaskState::queued);
    const Collector owner("owner", options(), {{"k", [&](const ClaimedTask& task, const auto&) {
                                                    ++by_owner;
                                                    attempt = std::max<int>(attempt, task.attempt);
                                                    return TaskOutcome::done();
                                                }}});
    EXPECT_TRUE(becomes(early, TaskState::done)) << "it waited for its owner";
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(becomes(enqueue(), TaskState::done));
    }
    EXPECT_EQ(by_owner, 21);
    EXPECT_EQ(attempt, 1) << "being handed over is no attempt";
    EXPECT_EQ(a.results("done"), 0);
}

TEST_F(Tasks, HandedToADeadCollectorGoToAnother) {
    std::atomic<bool> owned_by_the_dead = true;
    const Collector a("a", options(300ms), {{"k", [&](const auto&, const auto&) {
                                                 return owned_by_the_dead.exchange(false)
                                                            ? TaskOutcome::belongs_to("dead")
                                                            : TaskOutcome::done();
                                             }}});
    EXPECT_TRUE(becomes(enqueue(), TaskState::done));
    EXPECT_EQ(a.results("handed_over"), 1);
}

TEST_F(Tasks, ThatNobodyCanDoNowAreTriedAgainWithoutBeingFailures) {
    std::atomic<int> runs = 0;
    const Collector a("a", options(), {{"k", [&](const ClaimedTask& task, const auto&) {
                                            EXPECT_EQ(task.attempt, 1);
                                            return ++runs < 6 ? TaskOutcome::later() : TaskOutcome::done();
                                        }}});
    EXPECT_TRUE(becomes(enqueue(), TaskState::done));
    EXPECT_EQ(a.results("later"), 5);
    EXPECT_EQ(length(proto::kDeadTasksKey), 0);
}

TEST_F(Tasks, ThatNobodyCanDoForLongAreGivenUp) {
    auto impatient = options();
    impatient.patience = 1s;
    const Collector a("a", impatient, {{"k", [](const auto&, const auto&) { return TaskOutcome::later(); }}});
    const std::string id = enqueue();
    const std::string unknown = enqueue("", "of another version");
    ASSERT_TRUE(becomes(id, TaskState::failed));
    ASSERT_TRUE(becomes(unknown, TaskState::failed));
    EXPECT_EQ(queue_.find(id)->error, "nobody could do it within 1 s");
    EXPECT_EQ(queue_.find(unknown)->error, "no collector knows this kind of task");
    EXPECT_GE(a.metric(R"(watchtower_tasks_total{kind="unknown",result="later"})"), 1);
}

TEST_F(Tasks, OfAKindWithoutAHandlerWaitForACollectorThatKnowsIt) {
    const Collector old("old", options(), {});
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return old.metric(R"(watchtower_tasks_total{kind="unknown",result="later"})") >= 2; }));
    const Collector fresh("fresh", options(), {{"k", [](const auto&, const auto&) { return TaskOutcome::done(); }}});
    EXPECT_TRUE(becomes(id, TaskState::done));
}

TEST_F(Tasks, ThatWaitDoNotHoldUpNewOnes) {
    const Collector a("a",
                      options(),
                      {{"later", [](const auto&, const auto&) { return TaskOutcome::later(); }},
                       {"k", [](const auto&, const auto&) { return TaskOutcome::done(); }}});
    for (int i = 0; i < 100; ++i) {
        (void)enqueue("", "later");
    }
    EXPECT_TRUE(becomes(enqueue(), TaskState::done));
}

TEST_F(Tasks, AreHandedBackAtOnceWhenTheirCollectorStops) {
    std::atomic<bool> begun = false;
    std::atomic<bool> stopped = false;
    Door door;
    Collector a("a", options(1h), {{"k", [&](const auto&, const std::stop_token& stop) -> TaskOutcome {
                                        begun = true;
                                        stopped = !door.pass(stop);
                                        throw Unavailable("broken off");
                                    }}});
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return begun.load(); }));
    a.stop();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(queue_.find(id)->state, TaskState::queued);
    EXPECT_EQ(a.results("handed_back"), 1);
    std::atomic<int> attempt = 0;
    const Collector b("b", options(1h), {{"k", [&](const ClaimedTask& task, const auto&) {
                                              attempt = task.attempt;
                                              return TaskOutcome::done();
                                          }}});
    EXPECT_TRUE(becomes(id, TaskState::done)) << "though a claim holds an hour";
    EXPECT_EQ(attempt, 1);
    EXPECT_EQ(redis_.command({"XINFO", "CONSUMERS", proto::kTasksKey, proto::kTasksGroup}).array().size(), 2U)
        << "those who wait and b; a has left";
}

TEST_F(Tasks, OfHandlersThatDoNotEndAreHandedBackToo) {
    auto hasty = options(1h);
    hasty.stop_grace = 50ms;
    Door door;
    std::atomic<int> runs = 0;
    const TaskHandlers handlers = {{"k", [&](const auto&, const auto&) {
                                        if (runs++ == 0) {
                                            (void)door.pass({});
                                        }
                                        return TaskOutcome::done();
                                    }}};
    Collector stubborn("stubborn", hasty, handlers);
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return runs == 1; }));
    std::jthread stopping([&] { stubborn.stop(); });
    const Collector b("b", hasty, handlers);
    EXPECT_TRUE(becomes(id, TaskState::done));
    EXPECT_EQ(runs, 2);
    door.open();
    stopping.join();
    EXPECT_EQ(stubborn.results("done"), 0);
    EXPECT_EQ(stubborn.results("lost"), 1);
}

TEST_F(Tasks, ForgetCollectorsThatAreLongGone) {
    TaskClaims gone({.consumer = "gone"});
    EXPECT_FALSE(gone.take(redis_, {}).task);
    const TaskClaims a({.consumer = "a", .lifetime = 100ms});
    EXPECT_TRUE(eventually(kDeadline, [&] {
        a.forget_consumers(redis_);
        return redis_.command({"XINFO", "CONSUMERS", proto::kTasksKey, proto::kTasksGroup}).array().empty();
    }));
}

TEST_F(Tasks, AreCountedWhileTheyWait) {
    Door door;
    const Collector a("a", options(300ms), {{"k", [&](const auto&, const std::stop_token& stop) {
                                                 (void)door.pass(stop);
                                                 return TaskOutcome::done();
                                             }}});
    for (int i = 0; i < 5; ++i) {
        (void)enqueue();
    }
    EXPECT_TRUE(eventually(kDeadline, [&] {
        return a.metric("watchtower_tasks_queued") == 5 && a.metric("watchtower_tasks_running") == 3 &&
               a.metric("watchtower_tasks_oldest_seconds") > 0;
    }));
    door.open();
    EXPECT_TRUE(eventually(kDeadline, [&] {
        return a.metric("watchtower_tasks_queued") == 0 && a.metric("watchtower_tasks_running") == 0 &&
               a.metric("watchtower_tasks_oldest_seconds") == 0;
    }));
}

TEST(TaskRunnerOptions, MustNameTheCollector) {
    EXPECT_THROW(TaskClaims({.consumer = ""}), BadInput);
    EXPECT_THROW(TaskClaims({.consumer = "-"}), BadInput);
}

}  // namespace
}  // namespace watchtower::collector::test
