#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/metrics/serialize.hpp"
#include "common/task_queue/task_queue.hpp"
#include "proto-json/names.hpp"
#include "services/collector/tasks/runner.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"

namespace watchtower::collector::test {

using namespace std::chrono_literals;
using proto::TaskState;
using watchtower::test::eventually;

inline constexpr auto kDeadline = 20s;

/// A collector's runner and what it counts.
class Collector {
public:
    Collector(const std::string& id, TaskRunnerOptions options, const TaskHandlers& handlers)
        : metrics_(registry_, TaskRunner::kinds(handlers)) {
        options.claims.consumer = id;
        runner_ = std::make_unique<TaskRunner>(
            options, handlers, metrics_, clock_, std::make_shared<Dependency>("redis of " + id));
    }

    /// As SIGTERM does.
    void stop() { runner_.reset(); }

    /// "watchtower_tasks_total{kind="k",result="done"}" and the like; -1: there is none.
    [[nodiscard]] double metric(const std::string& series) const {
        std::string text = "\n";
        metrics::append_text(text, registry_);
        const auto at = text.find("\n" + series + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }
    [[nodiscard]] double results(const std::string& result) const {
        return metric(R"(watchtower_tasks_total{kind="k",result=")" + result + R"("})");
    }

private:
    prometheus::Registry registry_;
    TaskMetrics metrics_;
    SystemClock clock_;
    std::unique_ptr<TaskRunner> runner_;
};

/// Where handlers wait until the test lets them go on.
class Door {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    /// False: it was stopped before the door opened.
    bool pass(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, stop, [this] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool open_ = false;
};

class Tasks : public testing::Test {
protected:
    explicit Tasks(watchtower::test::RedisServer::Options options = {}) : server_(std::move(options)) {}

    /// A test's claims are short where it waits for their end, and long where none may end.
    [[nodiscard]] TaskRunnerOptions options(Milliseconds claim = 10s) const {
        TaskRunnerOptions options;
        options.redis = {.url = server_.url(), .connect_timeout = 500ms, .timeout = 500ms};
        options.claims.claim = claim;
        options.claims.settling = 50ms;
        options.poll = 20ms;
        options.later = 20ms;
        options.first_retry = 10ms;
        return options;
    }

    std::string enqueue(const std::string& world = "north", const std::string& kind = "k") {
        return queue_.enqueue({kind, world, "some arguments", TimePoint(1'000'000ms)});
    }

    [[nodiscard]] testing::AssertionResult becomes(const std::string& id, TaskState state) {
        std::string seen;
        return eventually(
            kDeadline,
            [&] {
                const auto task = queue_.find(id);
                seen = task ? encode(*task) : "none";
                return task && task->state == state;
            },
            [&] { return seen; });
    }

    [[nodiscard]] std::int64_t length(std::string_view stream) { return redis_.command({"XLEN", stream}).integer(); }

    /// Nothing is queued, running or waiting any more.
    [[nodiscard]] testing::AssertionResult is_empty() {
        std::string seen;
        return eventually(
            kDeadline,
            [&] {
                const auto pending = redis_.command({"XPENDING", proto::kTasksKey, proto::kTasksGroup});
                seen = std::to_string(length(proto::kTasksKey)) + " entries, " +
                       std::to_string(pending.at(0).integer()) + " pending";
                return seen == "0 entries, 0 pending";
            },
            [&] { return seen; });
    }

    watchtower::test::RedisServer server_;
    redis::Client redis_{{.url = server_.url()}};
    tasks::TaskQueue queue_{redis_};
};

}  // namespace watchtower::collector::test
