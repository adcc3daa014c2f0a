#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/world_state/worlds.hpp"
#include "proto-json/replica.hpp"

namespace watchtower::gateway {

/// What GET /api/v1/status tells: a value of one moment.
struct StatusNow {
    std::string status;                                   ///< Current::status()
    std::optional<std::vector<proto::Replica>> replicas;  ///< by their heartbeats; nothing: Redis does not say
    Dependencies dependencies;                            ///< of this process
    std::shared_ptr<const world_state::Worlds> worlds;
    TimePoint now;
};

/// One JSON object, keys as in openapi/status.json. A replica is told by its service and the random end of its id:
/// no host's name goes out.
[[nodiscard]] std::string encode(const StatusNow& status);

}  // namespace watchtower::gateway
