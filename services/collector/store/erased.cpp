#include "services/collector/store/erased.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kErasures = "select erasures from worlds where world = $1";

constexpr auto kHashes =
    "select z.salt, encode(e.id_hash, 'hex') from erasure_salts z join erased_players e using (world)"
    " where world = $1";

/// Rows of somebody who is hidden, by what tells that a row is his.
std::string hide_rows_where(const std::string& is_his) {
    return "with hidden as (delete from staged_players s using erased_players e, erasure_salts z"
           " where e.world = $1 and z.world = $1 and " +
           is_his +
           " returning e.id_hash, s.*) update erased_players e set in_nomads = h.in_nomads,"
           " in_resources = h.in_resources, in_dwellings = h.in_dwellings, nomads = h.nomads,"
           " actions_by_name = h.actions_by_name, gold = h.gold, spice = h.spice, dwellings = h.dwellings,"
           " baseline = h.baseline from hidden h where e.world = $1 and e.id_hash = h.id_hash";
}

const std::string kHideByIds = hide_rows_where("e.id_hash = sha256(z.salt || convert_to(s.player_id, 'UTF8'))");
const std::string kHideByPseudonyms = hide_rows_where("s.player_id = 'erased:' || encode(e.id_hash, 'hex')");

constexpr auto kStagedCombats = "select entry from staged_entries where section = 'pvp' and entry like '=%'";

constexpr auto kDropRenamed =
    "delete from staged_entries where section = 'pvp' and entry = $1"
    " and exists (select from staged_entries where section = 'pvp' and entry = $2)";

constexpr auto kRename = "update staged_entries set entry = $2 where section = 'pvp' and entry = $1";

}  // namespace

ErasedPlayers read_erased_players(pqxx::transaction_base& transaction, const std::string& world) {
    const pqxx::result erasures = transaction.exec_params(kErasures, world);
    std::string salt;
    std::vector<std::string> hashes;
    for (const auto& row : transaction.exec_params(kHashes, world)) {
        salt = pqxx::binarystring(row[0]).str();
        hashes.emplace_back(row[1].c_str());
    }
    return {std::move(salt), hashes, erasures.empty() ? 0 : erasures[0][0].as<std::uint64_t>()};
}

std::vector<proto::State> hide_in_states(std::vector<proto::State> states, const ErasedPlayers& erased) {
    const auto is_hidden = [&erased](std::string_view id) { return erased.pseudonym_of(id).has_value(); };
    for (proto::State& state : states) {
        remove_players(state, is_hidden);
    }
    return states;
}

void hide_staged_players(pqxx::work& transaction, const std::string& world, bool unaware) {
    if (unaware) {
        transaction.exec_params0(kHideByIds, world);
    }
    // Afterwards: of ticks that were folded into one, the newer may know of an erasure of which the older does not.
    transaction.exec_params0(kHideByPseudonyms, world);
}

void hide_staged_entries(pqxx::work& transaction, const ErasedPlayers& erased) {
    const auto pseudonym_of = [&erased](std::string_view id) { return erased.pseudonym_of(id); };
    for (const auto& [entry, hidden] : hidden_entries(transaction.exec(kStagedCombats), pseudonym_of)) {
        transaction.exec_params0(kDropRenamed, entry, hidden);
        transaction.exec_params0(kRename, entry, hidden);
    }
}

std::vector<Renamed> hidden_entries(const pqxx::result& entries, const PseudonymOf& pseudonym_of) {
    std::vector<Renamed> renamed;
    for (const auto& row : entries) {
        if (auto hidden = hide_in_combat(row[0].c_str(), pseudonym_of)) {
            renamed.emplace_back(row[0].c_str(), std::move(*hidden));
        }
    }
    return renamed;
}

}  // namespace watchtower::collector
