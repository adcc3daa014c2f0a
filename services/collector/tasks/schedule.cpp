#include "services/collector/tasks/schedule.hpp"

#include "proto-json/task.hpp"

namespace watchtower::collector {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes kRollupDelay{3};
constexpr minutes kRetentionDelay{20};

}  // namespace

std::vector<DueTask> TaskSchedule::due(TimePoint now) const {
    std::vector<DueTask> tasks;
    tasks.reserve(rules_.size());
    for (const Rule& rule : rules_) {
        const TimePoint begin = tick_at_or_before(now - rule.delay, rule.period);
        tasks.push_back({rule.kind + ":" + rule.world + ":" + to_epoch_seconds(begin),
                         rule.period,
                         {rule.kind, rule.world, to_rfc3339(begin), now}});
    }
    return tasks;
}

TaskSchedule usual_schedule(const std::vector<std::string>& worlds) {
    std::vector<TaskSchedule::Rule> rules;
    rules.reserve(worlds.size() + 1);
    for (const std::string& world : worlds) {
        rules.push_back({std::string(proto::kRollupTask), world, hours(1), kRollupDelay});
    }
    rules.push_back({std::string(proto::kRetentionTask), "", hours(1), kRetentionDelay});
    return TaskSchedule(std::move(rules));
}

}  // namespace watchtower::collector
