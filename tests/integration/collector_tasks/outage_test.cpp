#include <array>
#include <map>

#include "common/base/error.hpp"
#include "tests/integration/collector_tasks/collectors.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::collector::test {
namespace {

const TaskHandler kDone = [](const auto&, const auto&) { return TaskOutcome::done(); };

TEST_F(Tasks, GoOnAfterRedisWasAway) {
    const Collector a("a", options(), {{"k", kDone}});
    ASSERT_TRUE(becomes(enqueue(), TaskState::done));
    server_.kill();
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.metric("watchtower_task_queue_failures_total") > 0; }));
    EXPECT_THROW((void)enqueue(), Unavailable);
    server_.start();
    std::string id;
    ASSERT_TRUE(eventually(kDeadline, [&] { return !(id = enqueue()).empty(); })) << "it came back empty";
    EXPECT_TRUE(becomes(id, TaskState::done));
}

TEST_F(Tasks, GoOnAfterRedisWasEmptied) {
    const Collector a("a", options(), {{"k", kDone}});
    ASSERT_TRUE(becomes(enqueue(), TaskState::done));
    for (int i = 0; i < 3; ++i) {
        redis_.command({"FLUSHALL"});
        EXPECT_TRUE(becomes(enqueue(), TaskState::done));
    }
}

TEST_F(Tasks, GoOnAfterRedisWasFrozen) {
    const Collector a("a", options(), {{"k", kDone}});
    ASSERT_TRUE(becomes(enqueue(), TaskState::done));
    server_.freeze();
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.metric("watchtower_task_queue_failures_total") > 0; }));
    server_.thaw();
    std::string id;
    ASSERT_TRUE(eventually(kDeadline, [&] { return !(id = enqueue()).empty(); }));
    EXPECT_TRUE(becomes(id, TaskState::done));
}

TEST_F(Tasks, ThatEndWhileRedisIsAwayAreRecordedWhenItIsBack) {
    Door door;
    std::atomic<bool> begun = false;
    std::atomic<bool> ended = false;
    const Collector a("a", options(), {{"k", [&](const ClaimedTask& task, const std::stop_token& stop) {
                                            begun = true;
                                            ended = door.pass(stop);
                                            return TaskOutcome::done(task.requested_at);
                                        }}});
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return begun.load(); }));
    server_.kill();
    door.open();
    EXPECT_TRUE(eventually(kDeadline, [&] { return ended.load(); }));
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.metric("watchtower_task_queue_failures_total") > 0; }));
    server_.start();
    ASSERT_TRUE(becomes(id, TaskState::done)) << "even by a Redis that has forgotten everything";
    EXPECT_EQ(queue_.find(id)->tick, TimePoint(1'000'000ms));
    EXPECT_TRUE(eventually(kDeadline, [&] { return a.results("done") == 1; }));
}

TEST_F(Tasks, StayWithTheirCollectorWhenNobodyCouldRenew) {
    constexpr auto kClaim = 600ms;
    Door door;
    std::atomic<int> runs = 0;
    const TaskHandlers handlers = {{"k", [&](const auto&, const std::stop_token& stop) {
                                        ++runs;
                                        return door.pass(stop) ? TaskOutcome::done() : TaskOutcome::later();
                                    }}};
    auto patient = options(kClaim);
    patient.claims.settling = 5s;
    const Collector a("a", patient, handlers);
    const Collector b("b", patient, handlers);
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return runs == 1; }));
    server_.freeze();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually(kDeadline, [&] { return std::chrono::steady_clock::now() - begin > 2 * kClaim; }));
    server_.thaw();
    const auto pending_of_a_while = [&] {
        return redis_.command({"XPENDING", proto::kTasksKey, proto::kTasksGroup, "-", "+", "1"}).at(0).at(2).integer();
    };
    EXPECT_TRUE(eventually(kDeadline, [&] { return pending_of_a_while() < kClaim.count(); })) << "it is renewed again";
    EXPECT_EQ(runs, 1);
    door.open();
    EXPECT_TRUE(becomes(id, TaskState::done));
    EXPECT_EQ(runs, 1);
}

TEST_F(Tasks, StopInTimeWhileRedisIsFrozen) {
    auto hasty = options();
    hasty.stop_grace = 50ms;
    Collector a("a", hasty, {{"k", [](const auto&, const std::stop_token& stop) {
                                  Door never;
                                  (void)never.pass(stop);
                                  return TaskOutcome::later();
                              }}});
    const std::string id = enqueue();
    ASSERT_TRUE(becomes(id, TaskState::running));
    server_.freeze();
    const auto begin = std::chrono::steady_clock::now();
    a.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 9s) << "a process has ten seconds to end";
    server_.thaw();
}

/// A collector that is cut off from Redis for longer than its claims hold.
class CutOff : public Tasks {
protected:
    [[nodiscard]] TaskRunnerOptions through_the_gate() const {
        auto through = options(300ms);
        through.redis.url = "redis://127.0.0.1:" + std::to_string(gate_.port()) + "/0";
        return through;
    }

    watchtower::test::TcpGate gate_{server_.port()};
};

TEST_F(CutOff, CollectorsDoNotOverwriteTheResultOfAnother) {
    Door door;
    std::atomic<bool> begun = false;
    const Collector cut_off("cut-off", through_the_gate(), {{"k", [&](const auto&, const auto&) {
                                                                 begun = true;
                                                                 (void)door.pass({});
                                                                 return TaskOutcome::done(TimePoint(1ms));
                                                             }}});
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return begun.load(); }));
    gate_.freeze();
    const Collector other(
        "other", options(300ms), {{"k", [](const auto&, const auto&) { return TaskOutcome::done(TimePoint(2ms)); }}});
    ASSERT_TRUE(becomes(id, TaskState::done));
    door.open();
    gate_.resume();
    EXPECT_TRUE(eventually(kDeadline, [&] { return cut_off.results("lost") == 1; }));
    EXPECT_EQ(queue_.find(id)->tick, TimePoint(2ms));
    EXPECT_EQ(cut_off.results("done"), 0);
    EXPECT_TRUE(becomes(enqueue(), TaskState::done));
}

TEST_F(CutOff, CollectorsStopWhatAnotherOneHasTakenOver) {
    Door never;
    Door door;
    std::atomic<bool> begun = false;
    std::atomic<bool> stopped = false;
    const Collector cut_off("cut-off", through_the_gate(), {{"k", [&](const auto&, const std::stop_token& stop) {
                                                                 begun = true;
                                                                 stopped = !never.pass(stop);
                                                                 return TaskOutcome::later();
                                                             }}});
    const std::string id = enqueue();
    ASSERT_TRUE(eventually(kDeadline, [&] { return begun.load(); }));
    gate_.freeze();
    std::atomic<bool> taken_over = false;
    const Collector other("other", options(300ms), {{"k", [&](const auto&, const std::stop_token& stop) {
                                                         taken_over = true;
                                                         (void)door.pass(stop);
                                                         return TaskOutcome::done();
                                                     }}});
    ASSERT_TRUE(eventually(kDeadline, [&] { return taken_over.load(); }));
    EXPECT_FALSE(stopped);
    gate_.resume();
    EXPECT_TRUE(eventually(kDeadline, [&] { return stopped.load(); }));
    EXPECT_EQ(queue_.find(id)->state, TaskState::running) << "still the other one's";
    door.open();
    EXPECT_TRUE(becomes(id, TaskState::done));
}

/// Three collectors, each with a network of its own, and a Redis that keeps what it was told.
class Troubled : public Tasks {
protected:
    Troubled() : Tasks({.append_only = true}) {
        for (int i = 0; i < 3; ++i) {
            auto through = options(300ms);
            through.redis.url =
                "redis://127.0.0.1:" + std::to_string(gates_.at(static_cast<std::size_t>(i)).port()) + "/0";
            through.claims.most_attempts = 1'000;
            collectors_.push_back(
                std::make_unique<Collector>("collector-" + std::to_string(i), through, TaskHandlers{{"k", count_}}));
        }
    }

    void make_trouble(int step) {
        auto& gate = gates_.at(static_cast<std::size_t>(step / 4) % gates_.size());
        switch (step % 4) {
            case 0:
                gate.cut();
                break;
            case 2:
                gate.freeze();
                break;
            default:
                gate.resume();
        }
        if (step % 25 == 24) {
            server_.kill();
            server_.start();
        }
    }

    std::mutex mutex_;
    std::map<std::string, int> runs_;
    const TaskHandler count_ = [this](const ClaimedTask& task, const auto&) {
        const std::lock_guard lock(mutex_);
        ++runs_[task.id];
        return TaskOutcome::done();
    };
    std::array<watchtower::test::TcpGate, 3> gates_ = {watchtower::test::TcpGate(server_.port()),
                                                       watchtower::test::TcpGate(server_.port()),
                                                       watchtower::test::TcpGate(server_.port())};
    std::vector<std::unique_ptr<Collector>> collectors_;
};

TEST_F(Troubled, CollectorsDoEveryTaskAndRecordItOnce) {
    constexpr int kSteps = 75;
    std::vector<std::string> ids(kSteps);
    for (int step = 0; step < kSteps; ++step) {
        make_trouble(step);
        std::string& id = ids.at(static_cast<std::size_t>(step));
        // A call that fails may have queued a task; what counts is that all that are queued are done.
        ASSERT_TRUE(eventually(kDeadline, [&] { return !(id = enqueue()).empty(); }));
    }
    for (auto& gate : gates_) {
        gate.resume();
    }
    for (const std::string& id : ids) {
        ASSERT_TRUE(becomes(id, TaskState::done));
    }
    ASSERT_TRUE(is_empty());
    EXPECT_EQ(length(proto::kDeadTasksKey), 0);
    const auto recorded = [&] {
        double sum = 0;
        for (const auto& collector : collectors_) {
            sum += collector->results("done");
        }
        return static_cast<std::size_t>(sum);
    };
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return recorded() == runs_.size(); }, [&] { return std::to_string(recorded()); }));
    EXPECT_GE(runs_.size(), ids.size());
}

}  // namespace
}  // namespace watchtower::collector::test
