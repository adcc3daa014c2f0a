#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "common/postgres/client.hpp"

/// The steps of an erasure in PostgreSQL, in their order. Each is a transaction, or several bounded ones, and may be
/// repeated; all throw as postgres::Client does. After the first one no store writes the player any more, so what the
/// others remove does not come back. An id must be UTF-8 without NUL.
namespace watchtower::collector {

struct Fenced {
    bool erased_before = false;      ///< his hash was there already
    std::uint64_t current = 0;       ///< rows of player_current
    std::uint64_t suspects = 0;      ///< rows of what moderation knew of him
    std::uint64_t list_entries = 0;  ///< that named him and have his pseudonym now
};

/// Notes the player's hash and what his next read is compared with, makes stores notice (worlds.erasures), and removes
/// him from player_current, list_entries and what moderation knows. Throws BadInput when there is no such world.
Fenced fence(postgres::Client& postgres, const std::string& world, const std::string& player_id);

/// Each removes the player's rows and returns how many there were. Between transactions they look at the token and
/// throw Unavailable when a stop is requested.
std::uint64_t erase_activity(postgres::Client& postgres,
                             const std::string& world,
                             const std::string& player_id,
                             const std::stop_token& stop);
std::uint64_t erase_daily(postgres::Client& postgres, const std::string& world, const std::string& player_id);

/// Rewrites the kept snapshots that list him, state and document, and returns how many.
std::uint64_t erase_in_snapshots(postgres::Client& postgres,
                                 const std::string& world,
                                 const std::string& player_id,
                                 const std::stop_token& stop);

/// The newest stored state of a world; nothing before its first tick.
[[nodiscard]] std::optional<std::string> newest_state(postgres::Client& postgres, const std::string& world);

}  // namespace watchtower::collector
