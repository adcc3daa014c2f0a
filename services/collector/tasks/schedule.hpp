#pragma once

#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/task_queue/task_queue.hpp"

namespace watchtower::collector {

/// A task that is due in the current period, however often it is asked for.
struct DueTask {
    std::string key;      ///< names rule and period: "rollup:default:1765198800"
    Milliseconds period;  ///< for TaskQueue::enqueue_once
    tasks::NewTask task;
};

/// What is to be done again and again. A value; thread-safe.
class TaskSchedule {
public:
    struct Rule {
        std::string kind;
        std::string world;    ///< empty: about no world
        Milliseconds period;  ///< periods begin at its multiples since the epoch
        Milliseconds delay;   ///< after a period's beginning; less than the period
    };

    TaskSchedule() = default;
    explicit TaskSchedule(std::vector<Rule> rules) : rules_(std::move(rules)) {}

    /// One task of each rule: that of the period that began last, `delay` or longer ago. The task's arguments are the
    /// period's beginning in RFC 3339; it stands for all earlier ones too, as some may have been missed.
    [[nodiscard]] std::vector<DueTask> due(TimePoint now) const;

private:
    std::vector<Rule> rules_;
};

/// What a Watchtower needs: each world rolled up three minutes after the hour, retention twenty minutes after it.
[[nodiscard]] TaskSchedule usual_schedule(const std::vector<std::string>& worlds);

}  // namespace watchtower::collector
