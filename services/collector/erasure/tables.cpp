#include "services/collector/erasure/tables.hpp"

#include <string_view>

#include "common/base/json_text.hpp"
#include "services/collector/model/hide_players.hpp"
#include "services/collector/store/erased.hpp"
#include "services/collector/store/suspects.hpp"

namespace watchtower::collector {

namespace {

/// Waits for a store of this world to end; later ones wait for us.
constexpr auto kLockWorld = "select from worlds where world = $1 for update";

constexpr auto kMakeSalt =
    "insert into erasure_salts (world, salt)"
    " values ($1, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'))"
    " on conflict (world) do nothing";
constexpr auto kSalt = "select salt from erasure_salts where world = $1";

constexpr auto kNoteHash =
    "insert into erased_players (world, id_hash, erased_at) values ($1, decode($2, 'hex'), now())"
    " on conflict (world, id_hash) do nothing";

/// What he is compared with moves from under his id to under his hash.
constexpr auto kMoveBaseline =
    "with gone as (delete from player_current where world = $1 and player_id = $3 returning *)"
    " update erased_players e set in_nomads = g.in_nomads, in_resources = g.in_resources,"
    " in_dwellings = g.in_dwellings, nomads = g.nomads, actions_by_name = g.actions_by_name, gold = g.gold,"
    " spice = g.spice, dwellings = g.dwellings, baseline = g.baseline from gone g"
    " where e.world = $1 and e.id_hash = decode($2, 'hex')";

constexpr auto kCountErasure = "update worlds set erasures = erasures + 1 where world = $1";

constexpr auto kCombatsThatMayName =
    "select entry from list_entries where world = $1 and section = 'pvp' and entry like '=%' and strpos(entry, $2) > 0";

constexpr auto kAddRenamed =
    "insert into list_entries (world, section, entry, count, left_at)"
    " select world, section, $3, count, left_at from list_entries where world = $1 and section = 'pvp' and entry = $2"
    " on conflict (world, section, entry) do update set count = greatest(list_entries.count, excluded.count)";
constexpr auto kDropNamed = "delete from list_entries where world = $1 and section = 'pvp' and entry = $2";

constexpr auto kEraseActivity =
    "delete from player_activity where world = $1 and player_id = $2 and tick in"
    " (select tick from player_activity where world = $1 and player_id = $2 limit 5000)";

/// A roll-up that began before his activity was gone holds this row.
constexpr auto kAwaitRollUp = "select from rollups where world = $1 for update";
constexpr auto kEraseDaily = "delete from player_daily where world = $1 and player_id = $2";

constexpr auto kNextTicks =
    "select max(tick) from (select tick from snapshots where world = $1 and ($2::timestamptz is null or tick > $2)"
    " order by tick limit 100) s";

constexpr auto kSnapshotsThatMayName =
    "select tick, state, document from snapshots where world = $1 and ($2::timestamptz is null or tick > $2)"
    " and tick <= $3 and (strpos(state::text, $4) > 0 or strpos(document::text, $4) > 0) order by tick for update";

constexpr auto kRewrite = "update snapshots set state = $3, document = $4 where world = $1 and tick = $2";

constexpr auto kNewestState =
    "select s.state from worlds w join snapshots s on s.world = w.world and s.tick = w.last_tick where w.world = $1";

void go_on_unless(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw Unavailable("erasure: stopped before its end");
    }
}

std::string hash_of(pqxx::work& transaction, const std::string& world, const std::string& player_id) {
    transaction.exec_params0(kMakeSalt, world);
    const std::string salt = pqxx::binarystring(transaction.exec_params1(kSalt, world)[0]).str();
    return erased_hash(salt, player_id);
}

std::uint64_t hide_in_entries(pqxx::work& transaction,
                              const std::string& world,
                              const std::string& player_id,
                              const std::string& hash) {
    const auto pseudonym_of = [&](std::string_view id) {
        return id == player_id ? std::optional(std::string(kErasedPrefix) + hash) : std::nullopt;
    };
    const auto renamed = hidden_entries(transaction.exec_params(kCombatsThatMayName, world, player_id), pseudonym_of);
    for (const auto& [entry, hidden] : renamed) {
        transaction.exec_params0(kAddRenamed, world, entry, hidden);
        transaction.exec_params0(kDropNamed, world, entry);
    }
    return renamed.size();
}

/// One of the kept snapshots; true when he was in it.
bool erase_in_snapshot(pqxx::work& transaction,
                       const std::string& world,
                       const pqxx::row& snapshot,
                       const std::string& player_id) {
    const auto is_hidden = [&player_id](std::string_view id) { return id == player_id; };
    proto::State state = proto::decode_state(snapshot[1].c_str());
    if (!remove_players(state, is_hidden)) {
        return false;
    }
    transaction.exec_params0(kRewrite, world, snapshot[0].c_str(), encode(state), encode(state.document));
    return true;
}

}  // namespace

Fenced fence(postgres::Client& postgres, const std::string& world, const std::string& player_id) {
    return postgres.transaction([&](pqxx::work& transaction) {
        Fenced fenced;
        if (transaction.exec_params(kLockWorld, world).empty()) {
            throw BadInput("world '" + world + "': there is none");
        }
        const std::string hash = hash_of(transaction, world, player_id);
        fenced.erased_before = transaction.exec_params(kNoteHash, world, hash).affected_rows() == 0;
        fenced.current = transaction.exec_params(kMoveBaseline, world, hash, player_id).affected_rows();
        fenced.suspects = erase_suspect(transaction, world, player_id);
        fenced.list_entries = hide_in_entries(transaction, world, player_id, hash);
        if (!fenced.erased_before || fenced.current > 0 || fenced.suspects > 0) {
            transaction.exec_params0(kCountErasure, world);
        }
        return fenced;
    });
}

std::uint64_t erase_activity(postgres::Client& postgres,
                             const std::string& world,
                             const std::string& player_id,
                             const std::stop_token& stop) {
    std::uint64_t erased = 0;
    std::uint64_t now = 0;
    do {
        go_on_unless(stop);
        now = postgres.transaction([&](pqxx::work& transaction) {
            return transaction.exec_params(kEraseActivity, world, player_id).affected_rows();
        });
        erased += now;
    } while (now > 0);
    return erased;
}

std::uint64_t erase_daily(postgres::Client& postgres, const std::string& world, const std::string& player_id) {
    return postgres.transaction([&](pqxx::work& transaction) {
        transaction.exec_params(kAwaitRollUp, world);
        return transaction.exec_params(kEraseDaily, world, player_id).affected_rows();
    });
}

std::uint64_t erase_in_snapshots(postgres::Client& postgres,
                                 const std::string& world,
                                 const std::string& player_id,
                                 const std::stop_token& stop) {
    std::string as_json;
    append_json_string(as_json, player_id);
    std::uint64_t rewritten = 0;
    std::optional<std::string> after;
    for (;;) {
        go_on_unless(stop);
        const auto last = postgres.transaction([&](pqxx::work& transaction) -> std::optional<std::string> {
            const pqxx::field tick = transaction.exec_params1(kNextTicks, world, after)[0];
            if (tick.is_null()) {
                return std::nullopt;
            }
            for (const auto& row :
                 transaction.exec_params(kSnapshotsThatMayName, world, after, tick.c_str(), as_json)) {
                rewritten += erase_in_snapshot(transaction, world, row, player_id) ? 1 : 0;
            }
            return tick.c_str();
        });
        if (!last) {
            return rewritten;
        }
        after = last;
    }
}

std::optional<std::string> newest_state(postgres::Client& postgres, const std::string& world) {
    return postgres.read([&world](pqxx::read_transaction& transaction) {
        const pqxx::result state = transaction.exec_params(kNewestState, world);
        return state.empty() ? std::nullopt : std::optional<std::string>(state[0][0].c_str());
    });
}

}  // namespace watchtower::collector
