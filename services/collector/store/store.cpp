#include "services/collector/store/store.hpp"

#include <optional>
#include <string_view>
#include <tuple>

#include "services/collector/store/migrations.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kRegisterWorld =
    "insert into worlds (world, position, first_seen) values ($1, $2, $3)"
    " on conflict (world) do update set position = excluded.position where worlds.position <> excluded.position";

/// No row: the last tick is not the one this step was made from.
constexpr auto kTakeTick =
    "update worlds set last_tick = $2, epoch = $3, simulated = $4"
    " where world = $1 and last_tick is not distinct from $5 and (last_tick is null or last_tick < $2)";

constexpr auto kAddSnapshot =
    "insert into snapshots (world, tick, \"timestamp\", state, document) values ($1, $2, $3, $4, $5)";

constexpr auto kStagePlayers = "create temporary table staged_players (like player_current) on commit drop";

constexpr auto kMergePlayers =
    "insert into player_current select * from staged_players on conflict (world, player_id) do update set"
    " changed_at = excluded.changed_at, last_active = excluded.last_active, in_nomads = excluded.in_nomads,"
    " in_resources = excluded.in_resources, in_dwellings = excluded.in_dwellings, nomads = excluded.nomads,"
    " actions = excluded.actions, actions_by_name = excluded.actions_by_name,"
    " actions_counted = excluded.actions_counted, gold = excluded.gold, spice = excluded.spice,"
    " dwellings = excluded.dwellings, highest_level = excluded.highest_level, baseline = excluded.baseline";

constexpr auto kForgetEntries = "delete from list_entries where world = $1";

constexpr auto kStageEntries =
    "create temporary table staged_entries (section text, entry text, count bigint, left_at timestamptz, forget "
    "boolean)"
    " on commit drop";

constexpr auto kDropEntries =
    "delete from list_entries e using staged_entries s"
    " where e.world = $1 and e.section = s.section and e.entry = s.entry and s.forget";

constexpr auto kMergeEntries =
    "insert into list_entries (world, section, entry, count, left_at)"
    " select $1, section, entry, count, left_at from staged_entries where not forget"
    " on conflict (world, section, entry) do update set count = excluded.count, left_at = excluded.left_at";

std::optional<std::string> time_text(const std::optional<TimePoint>& time) {
    return time ? std::optional(to_rfc3339(*time)) : std::nullopt;
}

bool take_tick(pqxx::work& transaction, const TickWrite& write) {
    const proto::State& state = write.state;
    const auto result = transaction.exec_params(kTakeTick,
                                                state.world,
                                                to_rfc3339(state.tick),
                                                static_cast<std::int64_t>(state.epoch),
                                                state.simulated,
                                                time_text(write.previous_tick));
    return result.affected_rows() == 1;
}

void add_metrics(pqxx::work& transaction, const proto::State& state) {
    pqxx::stream_to copy(transaction, "gameplay_metrics", std::vector<std::string>{"world", "tick", "metric", "value"});
    for (const auto& [metric, value] : metric_rows(state)) {
        copy << std::make_tuple(state.world, to_rfc3339(state.tick), metric, value);
    }
    copy.complete();
}

void add_events(pqxx::work& transaction, const TickWrite& write) {
    if (write.events_added.empty()) {
        return;
    }
    pqxx::stream_to copy(transaction,
                         "event_metrics",
                         std::vector<std::string>{"world", "tick", "event_type", "count", "affected_players"});
    for (const auto& type : write.events_added) {
        copy << std::make_tuple(
            write.state.world, to_rfc3339(write.state.tick), type.type, type.count, type.affected_players);
    }
    copy.complete();
}

void add_activity(pqxx::work& transaction, const TickWrite& write) {
    const std::string tick = to_rfc3339(write.state.tick);
    pqxx::stream_to copy(transaction,
                         "player_activity",
                         std::vector<std::string>{"world",
                                                  "player_id",
                                                  "tick",
                                                  "nomads",
                                                  "actions",
                                                  "actions_added",
                                                  "nomads_created",
                                                  "gold",
                                                  "spice",
                                                  "gold_collected",
                                                  "gold_spent",
                                                  "spice_collected",
                                                  "spice_spent",
                                                  "dwellings",
                                                  "highest_level"});
    for (const auto& [row, change] : write.players) {
        copy << std::make_tuple(write.state.world,
                                row.player_id,
                                tick,
                                row.nomads,
                                row.actions,
                                change.actions_added,
                                change.nomads_created,
                                to_text(row.balance.gold),
                                to_text(row.balance.spice),
                                to_text(change.gold.collected),
                                to_text(change.gold.spent),
                                to_text(change.spice.collected),
                                to_text(change.spice.spent),
                                row.dwellings.count,
                                row.dwellings.highest_level);
    }
    copy.complete();
}

void merge_players(pqxx::work& transaction, const TickWrite& write) {
    const std::string tick = to_rfc3339(write.state.tick);
    transaction.exec0(kStagePlayers);
    pqxx::stream_to copy(transaction, "staged_players");
    for (const auto& [row, change] : write.players) {
        copy << std::make_tuple(write.state.world,
                                row.player_id,
                                time_text(row.history.first_seen),
                                tick,
                                time_text(row.history.last_active),
                                row.in_nomads,
                                row.in_resources,
                                row.in_dwellings,
                                row.nomads,
                                row.actions,
                                row.actions_by_name,
                                row.history.actions_counted,
                                to_text(row.balance.gold),
                                to_text(row.balance.spice),
                                row.dwellings.count,
                                row.dwellings.highest_level,
                                row.baseline);
    }
    copy.complete();
    transaction.exec0(kMergePlayers);
}

void merge_entries(pqxx::work& transaction, const TickWrite& write) {
    if (write.reset) {
        transaction.exec_params0(kForgetEntries, write.state.world);
    }
    if (write.combats.empty() && write.events.empty()) {
        return;
    }
    transaction.exec0(kStageEntries);
    pqxx::stream_to copy(transaction, "staged_entries");
    const auto stage = [&copy](proto::Section section, const std::vector<ListChange>& changes) {
        for (const ListChange& change : changes) {
            const KnownEntry known = change.known.value_or(KnownEntry{});
            copy << std::make_tuple(
                std::string(to_text(section)), change.entry, known.count, time_text(known.left_at), !change.known);
        }
    };
    stage(proto::Section::pvp, write.combats);
    stage(proto::Section::events, write.events);
    copy.complete();
    transaction.exec_params0(kDropEntries, write.state.world);
    transaction.exec_params0(kMergeEntries, write.state.world);
}

}  // namespace

void Store::migrate(postgres::Client& postgres) {
    postgres::migrate(postgres, migrations());
}

void Store::register_worlds(const std::vector<std::string>& names, TimePoint now) {
    postgres_.transaction([&](pqxx::work& transaction) {
        int position = 0;
        for (const std::string& name : names) {
            transaction.exec_params0(kRegisterWorld, name, position, to_rfc3339(now));
            ++position;
        }
    });
}

Store::Outcome Store::store(const TickWrite& write) {
    partitions_.ensure(postgres_, write.state.tick);
    return postgres_.transaction([&](pqxx::work& transaction) {
        if (!take_tick(transaction, write)) {
            return Outcome::refused;
        }
        transaction.exec_params0(kAddSnapshot,
                                 write.state.world,
                                 to_rfc3339(write.state.tick),
                                 to_rfc3339(write.state.timestamp),
                                 encode(write.state),
                                 encode(write.state.document));
        add_metrics(transaction, write.state);
        add_events(transaction, write);
        if (!write.players.empty()) {
            add_activity(transaction, write);
            merge_players(transaction, write);
        }
        merge_entries(transaction, write);
        return Outcome::stored;
    });
}

}  // namespace watchtower::collector
