#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"

namespace watchtower::collector {

/// What an erasure found and removed. docs/erasure.md says what it cannot reach.
struct Erasure {
    bool erased_before = false;       ///< his hash was there already
    std::uint64_t current = 0;        ///< rows of player_current
    std::uint64_t activity = 0;       ///< rows of player_activity
    std::uint64_t daily = 0;          ///< rows of player_daily
    std::uint64_t suspects = 0;       ///< rows of suspects, suspect_watch and suspect_log
    std::uint64_t list_entries = 0;   ///< keys of combats without an id that named him
    std::uint64_t snapshots = 0;      ///< kept states and documents that listed him
    bool in_redis = false;            ///< Redis's state listed him
    std::uint64_t waiting_ticks = 0;  ///< in Redis, on their way to PostgreSQL: he is taken out when they are stored
    std::optional<std::string> redis_error;  ///< Redis was not cleaned: repeat the erasure

    /// Whether there was anything of him.
    [[nodiscard]] bool found() const {
        return current + activity + daily + suspects + list_entries + snapshots > 0 || in_redis;
    }
};

/// Erases a player of a world from PostgreSQL and Redis, and sees to it that he is not stored again while he plays on:
/// of his id a salted hash is kept. Totals and figures stay as they are. May be repeated, and must be after a failure:
/// what was done stays done. Several may run at once.
///
/// Throws BadInput for an id that is no UTF-8 text (empty, NUL) and for a world that PostgreSQL does not know, else as
/// postgres::Client does, and Unavailable when `stop` is requested in the middle. Redis's failures are in the result.
[[nodiscard]] Erasure erase_player(postgres::Client& postgres,
                                   redis::Client& redis,
                                   const std::string& world,
                                   const std::string& player_id,
                                   const std::stop_token& stop = {});

}  // namespace watchtower::collector
