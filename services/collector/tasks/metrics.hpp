#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace watchtower::collector {

/// What became of an attempt at a task.
enum class TaskResult { done, failed, dead, handed_over, later, handed_back, lost };
inline constexpr std::array kTaskResults = {TaskResult::done,
                                            TaskResult::failed,
                                            TaskResult::dead,
                                            TaskResult::handed_over,
                                            TaskResult::later,
                                            TaskResult::handed_back,
                                            TaskResult::lost};
[[nodiscard]] std::string_view to_text(TaskResult result);

/// What a runner of tasks counts. Bound once; thread-safe as its members are.
class TaskMetrics {
public:
    /// `kinds`: of the handlers; every other kind is counted as "unknown".
    TaskMetrics(prometheus::Registry& registry, const std::vector<std::string>& kinds);

    void count(std::string_view kind, TaskResult result);
    void observe(std::string_view kind, double seconds);

    prometheus::Gauge& running;
    prometheus::Gauge& queued;          ///< in all of Redis, running ones too
    prometheus::Gauge& oldest_seconds;  ///< since the oldest unfinished one was queued
    prometheus::Gauge& dead_letters;    ///< kept in Redis
    prometheus::Counter& failures;      ///< of Redis, in taking tasks and telling of them
    prometheus::Counter& not_enqueued;  ///< scheduled tasks that Redis did not take

private:
    struct Kind {
        std::array<prometheus::Counter*, kTaskResults.size()> results{};
        prometheus::Histogram* seconds = nullptr;
    };
    [[nodiscard]] const Kind& of(std::string_view kind) const;

    std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace watchtower::collector
