#include "services/collector/tasks/runner.hpp"

#include <algorithm>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower::collector {

namespace {

constexpr Milliseconds kFirstWait{100};
constexpr Milliseconds kMostWait{2'000};
constexpr int kBeatsOfAClaim = 3;  // a claim outlives two renewals that fail
constexpr Milliseconds kBeatAfterFailure{250};
constexpr int kBeatsToForget = 1'000;  // between looks for consumers that are gone
}  // namespace

TaskRunner::TaskRunner(TaskRunnerOptions options,
                       TaskHandlers handlers,
                       TaskMetrics& metrics,
                       const Clock& clock,
                       const std::shared_ptr<Dependency>& redis_state)
    : options_(std::move(options)),
      handlers_(std::move(handlers)),
      metrics_(metrics),
      clock_(clock),
      claims_(options_.claims),
      waiting_(options_.redis, redis_state),
      telling_(options_.redis, redis_state),
      queue_(telling_) {
    keeper_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
    for (int i = 0; i < options_.workers; ++i) {
        workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

TaskRunner::~TaskRunner() {
    for (std::jthread& worker : workers_) {
        worker.request_stop();
    }
    for (const auto& one : running()) {
        one->stop.request_stop();
    }
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, options_.stop_grace, [this] { return running_.empty(); });
    }
    for (const auto& one : running()) {
        (void)guarded("give_back", [&] { (void)claims_.give_back(telling_, one->task, Milliseconds(0)); });
    }
    workers_.clear();
    keeper_.request_stop();
    keeper_.join();
    (void)guarded("leave", [this] { claims_.leave(telling_); });
}

std::vector<std::string> TaskRunner::kinds(const TaskHandlers& handlers) {
    std::vector<std::string> kinds;
    for (const auto& [kind, handler] : handlers) {
        kinds.push_back(kind);
    }
    return kinds;
}

std::vector<std::shared_ptr<TaskRunner::Running>> TaskRunner::running() {
    const std::lock_guard lock(mutex_);
    return running_;
}

std::vector<std::string> TaskRunner::running_entries() {
    std::vector<std::string> entries;
    for (const auto& one : running()) {
        entries.push_back(one->task.entry);
    }
    return entries;
}

bool TaskRunner::guarded(const char* what, const std::function<void()>& call) {
    try {
        call();
        return true;
    } catch (const Unavailable&) {  // the dependency's state says why
        metrics_.failures.Increment();
    } catch (const std::exception& error) {
        metrics_.failures.Increment();
        log::error("task_queue_failed", {{"step", what}, {"error", error.what()}});
    }
    return false;
}

void TaskRunner::keep(const std::stop_token& stop) {
    for (int beat = 0;; beat = (beat + 1) % kBeatsToForget) {
        const bool renewed = guarded("renew", [this] { renew(); });
        enqueue_due();
        (void)guarded("backlog", [this] { look_at_backlog(); });
        if (beat == 0) {
            (void)guarded("forget_consumers", [this] { claims_.forget_consumers(telling_); });
        }
        const Milliseconds until_next = options_.claims.claim / kBeatsOfAClaim;
        if (!wait_for(stop, renewed ? until_next : std::min(until_next, kBeatAfterFailure))) {
            return;
        }
    }
}

void TaskRunner::renew() {
    const auto all = running();
    if (all.empty()) {
        return;
    }
    const std::vector<std::string> lost = claims_.renew(telling_, running_entries());
    for (const auto& one : all) {
        if (std::find(lost.begin(), lost.end(), one->task.entry) != lost.end() && one->stop.request_stop()) {
            log::warn("task_claim_lost", {{"task", one->task.id}, {"kind", one->task.kind}});
        }
    }
}

void TaskRunner::enqueue_due() {
    for (const DueTask& due : options_.schedule.due(clock_.now())) {
        std::string& seen_to = enqueued_[due.task.kind + ":" + due.task.world];
        if (seen_to == due.key) {
            continue;
        }
        if (!guarded("enqueue", [&] { (void)queue_.enqueue_once(due.key, due.period, due.task); })) {
            metrics_.not_enqueued.Increment();
            return;
        }
        seen_to = due.key;
    }
}

void TaskRunner::look_at_backlog() {
    const TaskClaims::Backlog backlog = claims_.backlog(telling_);
    metrics_.queued.Set(static_cast<double>(backlog.queued));
    metrics_.dead_letters.Set(static_cast<double>(backlog.dead_letters));
    metrics_.oldest_seconds.Set(std::chrono::duration<double>(backlog.oldest).count());
}

void TaskRunner::work(const std::stop_token& stop) {
    Backoff backoff(kFirstWait, kMostWait);
    while (!stop.stop_requested()) {
        std::shared_ptr<Running> task;
        if (!guarded("take", [&] { task = next(stop); })) {
            (void)wait_for(stop, backoff.next());
            continue;
        }
        backoff.reset();
        if (task) {
            run(*task, stop);
            forget(task);
        }
    }
}

/// Workers take turns: one waits for Redis, the others for it.
std::shared_ptr<TaskRunner::Running> TaskRunner::next(const std::stop_token& stop) {
    const std::lock_guard turn(turn_);
    if (auto task = look(stop)) {
        return task;
    }
    if (stop.stop_requested()) {
        return nullptr;
    }
    claims_.wait_for_new(waiting_, options_.poll);
    return look(stop);
}

/// What is taken counts as running before the turn ends, so that the next worker does not take it for handed to us.
std::shared_ptr<TaskRunner::Running> TaskRunner::look(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return nullptr;  // what was handed back is for others
    }
    TaskClaims::Taken taken = claims_.take(waiting_, running_entries());
    for (const auto& [id, kind] : taken.given_up) {
        metrics_.count(kind, TaskResult::dead);
        log::error("task_dead", {{"task", id}, {"kind", kind}, {"error", "each attempt ended with its collector"}});
    }
    if (!taken.task) {
        return nullptr;
    }
    auto task = std::make_shared<Running>();
    task->task = std::move(*taken.task);
    const std::lock_guard lock(mutex_);
    running_.push_back(task);
    metrics_.running.Set(static_cast<double>(running_.size()));
    return task;
}

void TaskRunner::forget(const std::shared_ptr<Running>& running) {
    const std::lock_guard lock(mutex_);
    std::erase(running_, running);
    metrics_.running.Set(static_cast<double>(running_.size()));
    changed_.notify_all();
}

}  // namespace watchtower::collector
