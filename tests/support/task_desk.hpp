#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "proto-json/task.hpp"

namespace watchtower::test {

/// Where a test queues tasks for collectors and waits for them.
class TaskDesk {
public:
    explicit TaskDesk(const std::string& redis_url);
    ~TaskDesk();
    TaskDesk(const TaskDesk&) = delete;
    TaskDesk& operator=(const TaskDesk&) = delete;

    /// The task's id.
    std::string queue(std::string_view kind, TimePoint requested_at, const std::string& arguments = {});
    /// Waits for its end, half a minute at most: the task as it is then.
    [[nodiscard]] proto::Task finished(const std::string& id);
    /// Whether its arguments are still known.
    [[nodiscard]] bool knows_arguments(const std::string& id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::test
