#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "proto-json/task.hpp"

namespace watchtower::tasks {

/// Work that some collector is to do.
struct NewTask {
    std::string kind;       ///< proto::kCollectTask, …
    std::string world;      ///< empty: it is about no world
    std::string arguments;  ///< text that the kind's handler understands, at most TaskQueue::kMostArgumentBytes
    TimePoint requested_at;
};

/// Where tasks are put and looked up: the stream and the hashes in Redis (docs/tasks.md). Collectors take them from
/// there with services/collector/tasks.
///
/// Threads: all functions may be called from any.
/// Failures: Unavailable as the client's. Nothing is queued twice, however often a call is repeated after a lost
/// answer.
class TaskQueue {
public:
    struct Options {
        std::size_t most_queued = 10'000;                ///< unfinished tasks; further ones are refused
        Milliseconds lifetime = std::chrono::hours(24);  ///< of what is known of a task, after its last change
    };
    static constexpr std::size_t kMostArgumentBytes = 16UL * 1024;

    /// `redis` must outlive it.
    explicit TaskQueue(redis::Client& redis) : TaskQueue(redis, Options{}) {}
    TaskQueue(redis::Client& redis, const Options& options) : redis_(redis), options_(options) {}

    /// Queues a task; its id. Throws Unavailable when too many are queued, BadInput for arguments that are too long.
    std::string enqueue(const NewTask& task);

    /// The same, unless a task was queued under this key less than `period` ago: then nothing.
    std::optional<std::string> enqueue_once(std::string_view key, Milliseconds period, const NewTask& task);

    /// What became of a task. Nothing when there is none of that id, or none any more.
    [[nodiscard]] std::optional<proto::Task> find(std::string_view id);

private:
    std::optional<std::string> add(const NewTask& task, std::string_view once_key, Milliseconds period);

    redis::Client& redis_;
    const Options options_;
};

/// Whether this could be a task's id: 32 hexadecimal digits in lower case.
[[nodiscard]] bool is_task_id(std::string_view text);

}  // namespace watchtower::tasks
