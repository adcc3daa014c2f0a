#include <string>

#include "services/collector/store/baseline.hpp"
#include "services/collector/store/erased.hpp"
#include "services/collector/store/store.hpp"
#include "services/collector/store/suspects.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;

constexpr auto kOneMoment = "set transaction isolation level repeatable read";

constexpr auto kLastState =
    "select s.state, w.last_state_id from worlds w join snapshots s on s.world = w.world and s.tick = w.last_tick "
    "where w.world = $1";

constexpr auto kPlayers =
    "declare players no scroll cursor for select player_id, extract(epoch from first_seen) * 1000 as first_seen,"
    " extract(epoch from last_active) * 1000 as last_active, in_nomads, in_resources, nomads, actions_by_name,"
    " actions_counted, gold, spice, dwellings, highest_level, baseline from player_current where world = ";

/// Erased players by their pseudonyms, with what they are compared by.
constexpr auto kErased =
    " union all select 'erased:' || encode(id_hash, 'hex'), null, null, in_nomads, in_resources, nomads,"
    " actions_by_name, 0, gold, spice, dwellings, 0, baseline from erased_players where world = ";

constexpr auto kNextPlayers = "fetch 20000 from players";

constexpr auto kEntries =
    "select entry, count, extract(epoch from left_at) * 1000 as left_at from list_entries"
    " where world = $1 and section = $2";

std::optional<TimePoint> read_time(const pqxx::field& milliseconds) {
    if (milliseconds.is_null()) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(static_cast<std::int64_t>(milliseconds.as<double>())));
}

proto::Amount read_amount(const pqxx::field& amount) {
    const auto parsed = proto::parse_amount(amount.c_str());
    if (!parsed) {
        throw Error("postgres: player_current: no amount: '" + std::string(amount.c_str()) + "'");
    }
    return *parsed;
}

void read_player(const pqxx::row& row, WorldMemory& world) {
    const NameTable::Id player = world.players.intern(row["player_id"].c_str());
    world.nomads.present.push_back(row["in_nomads"].as<bool>() ? 1 : 0);
    world.nomads.nomads.push_back(row["nomads"].as<std::uint64_t>());
    if (row["baseline"].is_null()) {
        decode_actions(row["actions_by_name"].c_str(), world, player);
    } else {
        decode_baseline(row["baseline"].c_str(), world, player);
    }
    world.resources.present.push_back(row["in_resources"].as<bool>() ? 1 : 0);
    world.resources.balances.push_back({read_amount(row["gold"]), read_amount(row["spice"])});
    world.dwellings.dwellings.push_back(
        {row["dwellings"].as<std::uint32_t>(), row["highest_level"].as<std::uint32_t>()});
    world.history.push_back(
        {read_time(row["first_seen"]), read_time(row["last_active"]), row["actions_counted"].as<std::uint64_t>()});
}

void read_players(pqxx::read_transaction& transaction, WorldMemory& world) {
    const std::string name = transaction.quote(world.name);
    transaction.exec0(kPlayers + name + kErased + name);
    for (;;) {
        const pqxx::result rows = transaction.exec(kNextPlayers);
        for (const auto& row : rows) {
            read_player(row, world);
        }
        if (rows.empty()) {
            return;
        }
    }
}

KnownEntries read_entries(pqxx::read_transaction& transaction, const std::string& world, Section section) {
    KnownEntries entries;
    for (const auto& row : transaction.exec_params(kEntries, world, std::string(to_text(section)))) {
        entries[row["entry"].c_str()] = {row["count"].as<std::uint64_t>(), read_time(row["left_at"])};
    }
    return entries;
}

}  // namespace

WorldMemory Store::load(const std::string& name) {
    return postgres_.read(kLoadDeadline, [&name](pqxx::read_transaction& transaction) {
        transaction.exec0(kOneMoment);
        WorldMemory world;
        world.name = name;
        world.erased = read_erased_players(transaction, name);
        const pqxx::result last = transaction.exec_params(kLastState, name);
        if (last.empty()) {
            return world;
        }
        world.state = proto::decode_state(last[0][0].c_str());
        if (!last[0][1].is_null()) {
            world.state_id = StateId{last[0][1].c_str()};
        }
        if (!world.erased.empty()) {
            const auto is_hidden = [&world](std::string_view id) { return world.erased.pseudonym_of(id).has_value(); };
            remove_players(*world.state, is_hidden);
        }
        read_players(transaction, world);
        if (world.state->document.dwellings) {
            const auto& levels = world.state->document.dwellings->by_level;
            world.dwellings.by_level = {levels.begin(), levels.end()};
        }
        read_watch(transaction, world);
        world.combats = read_entries(transaction, name, Section::pvp);
        world.events = read_entries(transaction, name, Section::events);
        return world;
    });
}

}  // namespace watchtower::collector
