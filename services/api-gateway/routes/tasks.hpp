#pragma once

#include <atomic>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"
#include "common/redis/client.hpp"
#include "common/task_queue/task_queue.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/routes/current.hpp"

namespace watchtower::gateway {

/// What is asked of the collectors, and what became of it; both in Redis. At most `most_waiting` requests wait for
/// Redis at a time, so that a frozen one leaves threads for everything else; who comes then is answered 503.
/// Thread-safe. Everything given must outlive it.
class Tasks {
public:
    Tasks(redis::Client& redis, const Current& current, const Clock& clock, int most_waiting)
        : queue_(redis),
          current_(current),
          clock_(clock),
          most_waiting_(most_waiting) {}

    /// 202 with the task, which is queued, and where to look for it. Throws Unavailable without Redis and when too many
    /// tasks wait, BadInput for arguments that are too long.
    [[nodiscard]] http::Reply queue(std::string kind, const std::string& world, const std::string& arguments);

    // Handlers.
    /// As queue. Throws HttpError as Current::world_for does.
    [[nodiscard]] http::Reply collect(const http::Request& request);
    /// Throws HttpError 404 for a task that is not known, or not any more.
    [[nodiscard]] http::Reply find(const http::Request& request);

private:
    class Turn;

    tasks::TaskQueue queue_;
    const Current& current_;
    const Clock& clock_;
    const int most_waiting_;
    std::atomic<int> waiting_ = 0;
};

extern const Parameter<std::string> kTaskId;  ///< {id} of a task

}  // namespace watchtower::gateway
