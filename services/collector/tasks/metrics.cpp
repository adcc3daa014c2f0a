#include "services/collector/tasks/metrics.hpp"

namespace watchtower::collector {

namespace {

constexpr const char* kUnknown = "unknown";

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

std::string_view to_text(TaskResult result) {
    constexpr std::array<std::string_view, kTaskResults.size()> kNames = {
        "done", "failed", "dead", "handed_over", "later", "handed_back", "lost"};
    return kNames[static_cast<std::size_t>(result)];
}

TaskMetrics::TaskMetrics(prometheus::Registry& registry, const std::vector<std::string>& kinds)
    : running(gauge(registry, "watchtower_tasks_running", "Tasks that this collector is doing.")),
      queued(gauge(registry, "watchtower_tasks_queued", "Unfinished tasks in Redis, those being done included.")),
      oldest_seconds(gauge(registry,
                           "watchtower_tasks_oldest_seconds",
                           "Time since the oldest unfinished task was queued; 0: there is none.")),
      dead_letters(gauge(registry, "watchtower_tasks_dead_letters", "Tasks that were given up, as kept in Redis.")),
      failures(counter(registry,
                       "watchtower_task_queue_failures_total",
                       "Calls to Redis for tasks that failed: taking, renewing, recording.")),
      not_enqueued(counter(registry,
                           "watchtower_task_schedule_failures_total",
                           "Attempts to queue a scheduled task that failed; they are repeated.")) {
    auto& results = prometheus::BuildCounter()
                        .Name("watchtower_tasks_total")
                        .Help("Attempts at tasks by what became of them.")
                        .Register(registry);
    auto& seconds = prometheus::BuildHistogram()
                        .Name("watchtower_task_duration_seconds")
                        .Help("Time that handlers of tasks took.")
                        .Register(registry);
    static const prometheus::Histogram::BucketBoundaries kSeconds = {0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800};
    std::vector<std::string> all = kinds;
    all.emplace_back(kUnknown);
    for (const std::string& kind : all) {
        Kind& bound = kinds_[kind];
        for (const TaskResult result : kTaskResults) {
            bound.results[static_cast<std::size_t>(result)] =
                &results.Add({{"kind", kind}, {"result", std::string(to_text(result))}});
        }
        bound.seconds = &seconds.Add({{"kind", kind}}, kSeconds);
    }
}

const TaskMetrics::Kind& TaskMetrics::of(std::string_view kind) const {
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? kinds_.find(kUnknown)->second : found->second;
}

void TaskMetrics::count(std::string_view kind, TaskResult result) {
    of(kind).results[static_cast<std::size_t>(result)]->Increment();
}

void TaskMetrics::observe(std::string_view kind, double seconds) {
    of(kind).seconds->Observe(seconds);
}

}  // namespace watchtower::collector
