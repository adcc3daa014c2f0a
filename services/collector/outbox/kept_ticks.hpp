#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"

namespace watchtower::collector {

/// The part of a world's outbox that lies in Redis (proto::outbox_key), a field a tick: whoever owns the world next
/// stores what is there before all else. Throws as redis::Client does. Thread-safe.
class KeptTicks {
public:
    /// `owner` is this process as it stands in proto::owner_key. `redis` must outlive it.
    KeptTicks(redis::Client& redis, const std::string& world, std::string owner);

    /// Keeps a tick in the place of those that were folded into it. False, and nothing is kept: this process is not the
    /// world's owner, so that one who slept through the loss of its lease does not overwrite the owner's ticks.
    [[nodiscard]] bool keep(TimePoint tick, const std::string& text, const std::vector<TimePoint>& superseded);
    void forget(const std::vector<TimePoint>& ticks);

    /// Oldest first. Fields that are no ticks are logged and dropped.
    [[nodiscard]] std::vector<TimePoint> list();
    [[nodiscard]] std::optional<std::string> get(TimePoint tick);

private:
    redis::Client& redis_;
    const std::string key_;
    const std::string owner_key_;
    const std::string owner_;
};

}  // namespace watchtower::collector
