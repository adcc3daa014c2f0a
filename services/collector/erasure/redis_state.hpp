#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/redis/client.hpp"
#include "services/collector/model/hide_players.hpp"

namespace watchtower::collector {

/// Takes players out of the state that Redis shows of a world. `stored`: the newest in PostgreSQL, where they are gone;
/// unless Redis has a newer one it gets this, so that nobody who is late puts the same tick there with them. True when
/// one of them was there. Throws as redis::Client does, Unavailable also when states come faster than they are hidden.
bool hide_in_redis(redis::Client& redis,
                   const std::string& world,
                   const IsHidden& is_hidden,
                   const std::optional<std::string>& stored = std::nullopt);

}  // namespace watchtower::collector
