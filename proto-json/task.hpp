#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace watchtower::proto {

enum class TaskState { queued, running, done, failed };

/// "queued", "running", "done" or "failed".
[[nodiscard]] std::string_view to_text(TaskState state);

/// Throws BadInput that quotes the text.
[[nodiscard]] TaskState parse_task_state(std::string_view text);

/// The kinds of tasks that there are.
inline constexpr std::string_view kCollectTask = "collect";
inline constexpr std::string_view kRollupTask = "rollup";
inline constexpr std::string_view kRetentionTask = "retention";
inline constexpr std::string_view kReviewTask = "review";
inline constexpr std::string_view kEraseTask = "erase";

/// Work for a collector that is not a tick, as GET /api/v1/tasks/{id} shows it.
struct Task {
    std::string id;
    std::string kind;  ///< kCollectTask, …
    TaskState state = TaskState::queued;
    std::optional<TimePoint> tick;     ///< of a finished collection
    std::optional<std::string> error;  ///< of a failed task

    bool operator==(const Task&) const = default;
};

/// One JSON object, compact, keys in the order above; absent members are left out.
[[nodiscard]] std::string encode(const Task& task);

/// Throws BadInput that names the field.
[[nodiscard]] Task decode_task(std::string_view text);

}  // namespace watchtower::proto
