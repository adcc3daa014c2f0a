#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/redis/client.hpp"
#include "services/collector/tasks/claims.hpp"
#include "services/collector/tasks/metrics.hpp"
#include "services/collector/tasks/schedule.hpp"
#include "services/collector/tasks/task.hpp"

namespace watchtower::collector {

struct TaskRunnerOptions {
    redis::Options redis{.timeout = Milliseconds(1'000)};
    TaskClaims::Options claims;       ///< `consumer` must be given: this collector's id
    int workers = 3;                  ///< tasks at a time
    Milliseconds poll{500};           ///< the longest wait before it looks for what was handed to it or abandoned
    Milliseconds later{1'000};        ///< before a task that nobody can do now is tried again; `claim` at most
    Milliseconds first_retry{1'000};  ///< after a failed attempt, then four times as long each time; `claim` at most
    Milliseconds patience = std::chrono::hours(1);  ///< with a task that nobody can do, since it was queued
    Milliseconds stop_grace{3'000};                 ///< then the tasks of handlers that do not end are handed back too
    TaskSchedule schedule;                          ///< what it sees to that it is queued
};

/// Takes tasks from Redis and does them, from its construction to its end: a few at a time, each claimed by one
/// collector alone, its claim renewed while its handler runs. Tasks of dead collectors are taken over. Without Redis it
/// waits; what runs then goes on, and its result is recorded when Redis is back. As nobody could renew meanwhile,
/// nothing is taken over for a while then.
///
/// At its end handlers get the stop token, and what they leave unfinished is handed back at once, so that another
/// collector goes on with it. A kind without a handler is left to other collectors.
class TaskRunner {
public:
    /// Connects to nothing yet. Throws BadInput for an unusable URL or id. `metrics`, `clock` and what handlers use
    /// must outlive it.
    TaskRunner(TaskRunnerOptions options,
               TaskHandlers handlers,
               TaskMetrics& metrics,
               const Clock& clock,
               const std::shared_ptr<Dependency>& redis_state);
    ~TaskRunner();
    TaskRunner(const TaskRunner&) = delete;
    TaskRunner& operator=(const TaskRunner&) = delete;

    /// The kinds that have a handler, for TaskMetrics.
    [[nodiscard]] static std::vector<std::string> kinds(const TaskHandlers& handlers);

private:
    struct Running {
        ClaimedTask task;
        std::stop_source stop;
    };
    using Ending = TaskClaims::Ending;

    // Workers.
    void work(const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<Running> next(const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<Running> look(const std::stop_token& stop);
    void run(const Running& running, const std::stop_token& stop);
    void settle(const Running& running, const TaskOutcome& outcome, const std::stop_token& stop);
    void fail(const Running& running, const std::string& error, const std::string& detail, const std::stop_token& stop);
    void put_off(const ClaimedTask& task, const std::string& why_given_up, const std::stop_token& stop);
    void tell(const ClaimedTask& task,
              TaskResult result,
              const std::stop_token& stop,
              const std::function<Ending()>& call);
    void forget(const std::shared_ptr<Running>& running);

    // Keeper.
    void keep(const std::stop_token& stop);
    void renew();
    void enqueue_due();
    void look_at_backlog();

    [[nodiscard]] std::vector<std::shared_ptr<Running>> running();
    [[nodiscard]] std::vector<std::string> running_entries();
    bool guarded(const char* what, const std::function<void()>& call);

    const TaskRunnerOptions options_;
    const TaskHandlers handlers_;
    TaskMetrics& metrics_;
    const Clock& clock_;
    TaskClaims claims_;
    redis::Client waiting_;  ///< for blocking reads
    redis::Client telling_;  ///< for what must not wait behind them
    tasks::TaskQueue queue_;
    std::map<std::string, std::string> enqueued_;  ///< by rule, the period's key that was seen to; only the keeper's
    std::mutex turn_;                              ///< whose turn it is to look for work

    std::mutex mutex_;  ///< for what follows
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Running>> running_;

    std::jthread keeper_;
    std::vector<std::jthread> workers_;
};

}  // namespace watchtower::collector
