#include <algorithm>
#include <cctype>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "services/collector/tasks/runner.hpp"

namespace watchtower::collector {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kFirstWait{100};
constexpr Milliseconds kMostWait{2'000};
constexpr int kRetryFactor = 4;
constexpr const char* kFailedInside = "it failed inside; the collector's log tells why";

/// "postgres: not available" of "postgres 10.0.0.7:5432: …": whoever asks for a task is told no more.
std::string shown(const Unavailable& error) {
    const std::string text = error.what();
    const auto end =
        std::find_if(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; });
    return std::string(text.begin(), end) + ": not available";
}

Milliseconds retry_wait(const TaskRunnerOptions& options, int attempt) {
    Milliseconds wait = options.first_retry;
    for (int i = 1; i < attempt && wait < options.claims.claim; ++i) {
        wait *= kRetryFactor;
    }
    return std::min(wait, options.claims.claim);
}

}  // namespace

void TaskRunner::run(const Running& running, const std::stop_token& stop) {
    const ClaimedTask& task = running.task;
    const auto handler = handlers_.find(task.kind);
    if (handler == handlers_.end()) {
        put_off(task, "no collector knows this kind of task", stop);
        return;
    }
    if (stop.stop_requested()) {
        settle(running, TaskOutcome::later(), stop);
        return;
    }
    log::debug("task_begins", {{"task", task.id}, {"kind", task.kind}, {"world", task.world}});
    const auto begin = SteadyClock::now();
    const auto observe = [&] {
        metrics_.observe(task.kind, std::chrono::duration<double>(SteadyClock::now() - begin).count());
    };
    try {
        const TaskOutcome outcome = handler->second(task, running.stop.get_token());
        observe();
        settle(running, outcome, stop);
        return;
    } catch (const BadInput& error) {
        fail(running, error.what(), error.what(), stop);
    } catch (const Unavailable& error) {
        fail(running, shown(error), error.what(), stop);
    } catch (const std::exception& error) {
        fail(running, kFailedInside, error.what(), stop);
    } catch (...) {
        fail(running, kFailedInside, "not a std::exception", stop);
    }
    observe();
}

void TaskRunner::settle(const Running& running, const TaskOutcome& outcome, const std::stop_token& stop) {
    const ClaimedTask& task = running.task;
    if (outcome.kind() == TaskOutcome::Kind::done) {
        tell(task, TaskResult::done, stop, [&] {
            return claims_.finish(telling_, task, outcome.tick()) ? Ending::again : Ending::lost;
        });
    } else if (running.stop.stop_requested() || stop.stop_requested()) {
        tell(task, TaskResult::handed_back, stop, [&] { return claims_.give_back(telling_, task, Milliseconds(0)); });
    } else if (outcome.kind() == TaskOutcome::Kind::belongs_to && !outcome.consumer().empty() &&
               outcome.consumer() != claims_.consumer()) {
        tell(
            task, TaskResult::handed_over, stop, [&] { return claims_.hand_over(telling_, task, outcome.consumer()); });
    } else {
        const auto patience = std::chrono::duration_cast<std::chrono::seconds>(options_.patience);
        put_off(task, "nobody could do it within " + std::to_string(patience.count()) + " s", stop);
    }
}

void TaskRunner::put_off(const ClaimedTask& task, const std::string& why_given_up, const std::stop_token& stop) {
    tell(task, TaskResult::later, stop, [&] {
        return claims_.put_off(telling_, task, options_.later, options_.patience, why_given_up);
    });
}

void TaskRunner::fail(const Running& running,
                      const std::string& error,
                      const std::string& detail,
                      const std::stop_token& stop) {
    if (running.stop.stop_requested()) {
        settle(running, TaskOutcome::later(), stop);
        return;
    }
    const ClaimedTask& task = running.task;
    log::warn(
        "task_failed",
        {{"task", task.id}, {"kind", task.kind}, {"world", task.world}, {"attempt", task.attempt}, {"error", detail}});
    tell(task, TaskResult::failed, stop, [&] {
        return claims_.fail(telling_, task, error, detail, retry_wait(options_, task.attempt));
    });
}

void TaskRunner::tell(const ClaimedTask& task,
                      TaskResult result,
                      const std::stop_token& stop,
                      const std::function<Ending()>& call) {
    Backoff backoff(kFirstWait, kMostWait);
    Ending ending = Ending::lost;
    while (!guarded("tell", [&] { ending = call(); })) {
        if (!wait_for(stop, backoff.next())) {
            break;  // another collector takes it over
        }
    }
    if (ending == Ending::lost) {
        metrics_.count(task.kind, TaskResult::lost);
        log::warn("task_result_lost",
                  {{"task", task.id}, {"kind", task.kind}, {"world", task.world}, {"result", to_text(result)}});
        return;
    }
    metrics_.count(task.kind, ending == Ending::dead ? TaskResult::dead : result);
    if (ending == Ending::dead) {
        log::error("task_dead", {{"task", task.id}, {"kind", task.kind}, {"world", task.world}});
    } else {
        // A task that is put off comes round again every second.
        const auto write = result == TaskResult::later ? log::debug : log::info;
        write("task_settled",
              {{"task", task.id}, {"kind", task.kind}, {"world", task.world}, {"result", to_text(result)}});
    }
}

}  // namespace watchtower::collector
