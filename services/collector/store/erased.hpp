#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/postgres/client.hpp"
#include "services/collector/model/hide_players.hpp"
#include "services/collector/store/rows.hpp"

/// Erased players in the database: how stores hide them. All throw as the transaction does.
namespace watchtower::collector {

[[nodiscard]] ErasedPlayers read_erased_players(pqxx::transaction_base& transaction, const std::string& world);

/// The states without the erased ones.
[[nodiscard]] std::vector<proto::State> hide_in_states(std::vector<proto::State> states, const ErasedPlayers& erased);

/// Moves the rows of erased players from staged_players to erased_players. `unaware`: rows may still have ids.
void hide_staged_players(pqxx::work& transaction, const std::string& world, bool unaware);

/// Gives erased players their pseudonyms in staged_entries.
void hide_staged_entries(pqxx::work& transaction, const ErasedPlayers& erased);

/// Of the combats without an id among `entries` (the first column), those that name somebody who is to be hidden, and
/// their keys with pseudonyms.
using Renamed = std::pair<std::string, std::string>;
[[nodiscard]] std::vector<Renamed> hidden_entries(const pqxx::result& entries, const PseudonymOf& pseudonym_of);

}  // namespace watchtower::collector
