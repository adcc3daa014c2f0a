#pragma once

#include <cstdint>
#include <string>

#include "common/postgres/client.hpp"
#include "proto-json/review.hpp"
#include "services/collector/model/moderation.hpp"
#include "services/collector/store/rows.hpp"

/// Suspects in the database. All throw as the transaction or client does. Whoever writes holds the lock of the world's
/// row in `worlds`.
namespace watchtower::collector {

/// Stores what a write makes of the suspects; what moderators said stays. `erased`: whether there are any such players.
void add_suspects(pqxx::work& transaction, const TickWrite& write, bool erased);

/// Adds to suspect_log what the kinds' sets are now, of those that are others than there.
void log_suspect_sets(pqxx::work& transaction, const std::string& world, TimePoint at);

/// What moderators said of a world's suspects by now.
[[nodiscard]] Reviewed read_reviewed(pqxx::transaction_base& transaction, const std::string& world);

/// What is remembered of a world's suspects and of others who are watched. The names of all players must be there.
void read_watch(pqxx::transaction_base& transaction, WorldMemory& world);

/// Carries a review out, in one transaction; repeating it does no harm. Throws BadInput when there is no such world or
/// suspect.
void review_suspect(postgres::Client& postgres, const std::string& world, const proto::Review& review, TimePoint at);

/// Takes a player out of all there is of suspects, old sets too; how many rows told of him.
std::uint64_t erase_suspect(pqxx::work& transaction, const std::string& world, const std::string& player_id);

}  // namespace watchtower::collector
