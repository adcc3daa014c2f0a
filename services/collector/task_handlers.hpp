#pragma once

#include <functional>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "services/collector/history/retention.hpp"
#include "services/collector/tasks/task.hpp"
#include "services/collector/world_collector.hpp"

namespace watchtower::collector {

/// What the tasks of a collector need. All must outlive the handlers.
struct TaskTools {
    postgres::Client& postgres;
    redis::Client& redis;
    const Clock& clock;
    history::Retention retention;
    std::string collector;  ///< this process as it stands in proto::owner_key
    /// This process's collector of a world, null when it has none. Valid while handlers run.
    std::function<WorldCollector*(const std::string& world)> world;
};

/// The handlers of `collect`, `rollup`, `retention`, `review` and `erase`. An outage of PostgreSQL or Redis is no
/// failure of a task: it is tried again later.
[[nodiscard]] TaskHandlers task_handlers(const TaskTools& tools);

}  // namespace watchtower::collector
