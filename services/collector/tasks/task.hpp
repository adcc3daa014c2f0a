#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "common/base/clock.hpp"

namespace watchtower::collector {

/// A task that this collector holds the claim of.
struct ClaimedTask {
    std::string entry;  ///< of the stream
    std::string id;
    std::string kind;
    std::string world;      ///< empty: it is about no world
    std::string arguments;  ///< as it was queued
    TimePoint requested_at;
    int attempt = 1;  ///< this is the how manieth one
};

/// How a handler ended that did not fail.
class TaskOutcome {
public:
    enum class Kind { done, belongs_to, later };

    /// It is done. `tick`: of a finished collection.
    [[nodiscard]] static TaskOutcome done(std::optional<TimePoint> tick = {}) { return {Kind::done, tick, {}}; }
    /// Only that collector can do it: it is handed over.
    [[nodiscard]] static TaskOutcome belongs_to(std::string consumer) {
        return {Kind::belongs_to, {}, std::move(consumer)};
    }
    /// Nobody can do it now, which is no failure: some collector tries again soon.
    [[nodiscard]] static TaskOutcome later() { return {Kind::later, {}, {}}; }

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] std::optional<TimePoint> tick() const { return tick_; }
    [[nodiscard]] const std::string& consumer() const { return consumer_; }

private:
    TaskOutcome(Kind kind, std::optional<TimePoint> tick, std::string consumer)
        : kind_(kind),
          tick_(tick),
          consumer_(std::move(consumer)) {}

    Kind kind_;
    std::optional<TimePoint> tick_;
    std::string consumer_;
};

/// Does the tasks of one kind. Called from several threads at once, for different tasks.
///
/// It must be idempotent: a task is done at least once. It may run again after it succeeded (the collector died before
/// that was recorded), and for a while twice at once (its collector was frozen and wakes up, while another took over).
///
/// The stop token means: the collector ends, or another one has this task by now. Whatever the handler then returns or
/// throws, unless it is done, is no failure: the task goes on at another collector.
///
/// An exception is a failed attempt; after the last one the task is given up. A handler for which an outage is not to
/// count returns later() instead of letting Unavailable through. Of BadInput the text is shown to whoever asks for the
/// task; of everything else only its kind is, the text goes to the log and to the dead letters. No text holds secrets.
using TaskHandler = std::function<TaskOutcome(const ClaimedTask&, const std::stop_token&)>;

/// By kind.
using TaskHandlers = std::map<std::string, TaskHandler, std::less<>>;

}  // namespace watchtower::collector
