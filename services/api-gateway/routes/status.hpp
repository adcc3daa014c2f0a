#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/http/message.hpp"
#include "common/redis/client.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/status.hpp"
#include "services/api-gateway/worlds_now.hpp"

namespace watchtower::gateway {

/// What is told of the services. Redis is asked for their heartbeats once a second at most, by one request at a time:
/// the others tell what was known a moment ago. Thread-safe. Everything given must outlive it.
class Status {
public:
    Status(WorldsNow worlds_now,
           redis::Client& redis,
           Dependencies dependencies,
           const Current& current,
           const Clock& clock)
        : worlds_now_(std::move(worlds_now)),
          redis_(redis),
          dependencies_(std::move(dependencies)),
          current_(current),
          clock_(clock) {}

    /// Handler.
    [[nodiscard]] http::Reply show(const http::Request& request);

private:
    using Replicas = std::optional<std::vector<proto::Replica>>;
    using SteadyTime = std::chrono::steady_clock::time_point;

    [[nodiscard]] Replicas replicas();

    const WorldsNow worlds_now_;
    redis::Client& redis_;
    const Dependencies dependencies_;
    const Current& current_;
    const Clock& clock_;
    std::mutex asking_;  ///< held while Redis is asked
    std::mutex mutex_;   ///< for what follows
    Replicas replicas_;
    std::optional<SteadyTime> asked_;
};

}  // namespace watchtower::gateway
