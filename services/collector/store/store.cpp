#include "services/collector/store/store.hpp"

#include <optional>
#include <string>

#include "common/postgres/copy.hpp"
#include "services/collector/store/erased.hpp"
#include "services/collector/store/migrations.hpp"
#include "services/collector/store/suspects.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kRegisterWorld =
    "insert into worlds (world, position, first_seen) values ($1, $2, $3)"
    " on conflict (world) do update set position = excluded.position where worlds.position <> excluded.position";

/// No row: the last state is not the one this one was made from. An older collector leaves last_state_id as it is: then
/// the time alone tells what it stored.
constexpr auto kTakeTick =
    "update worlds set last_tick = $2, last_state_id = $3, epoch = $4, simulated = $5"
    " where world = $1 and last_tick is not distinct from $6 and last_state_id is not distinct from $7"
    " and (last_tick is null or last_tick < $2) returning erasures, reviews";

constexpr auto kAddSnapshot =
    "insert into snapshots (world, tick, \"timestamp\", state, document, state_id) values ($1, $2, $3, $4, $5, $6)";

const std::string kStagePlayers =
    std::string("create temporary table staged_players (") + kPlayerColumns + ") on commit drop";

constexpr auto kAddActivity =
    "insert into player_activity (world, tick, player_id, nomads, actions, actions_added, nomads_created, gold, spice,"
    " gold_collected, gold_spent, spice_collected, spice_spent, dwellings, highest_level)"
    " select $1, $2::timestamptz, player_id, nomads, actions, actions_added, nomads_created, gold, spice,"
    " gold_collected, gold_spent, spice_collected, spice_spent, dwellings, highest_level from staged_players";

constexpr auto kMergePlayers =
    "insert into player_current (world, changed_at, player_id, first_seen, last_active, in_nomads, in_resources,"
    " in_dwellings, nomads, actions, actions_by_name, actions_counted, gold, spice, dwellings, highest_level, baseline)"
    " select $1, $2::timestamptz, player_id, first_seen, last_active, in_nomads, in_resources, in_dwellings, nomads,"
    " actions, actions_by_name, actions_counted, gold, spice, dwellings, highest_level, baseline from staged_players"
    " on conflict (world, player_id) do update set"
    " changed_at = excluded.changed_at, last_active = excluded.last_active, in_nomads = excluded.in_nomads,"
    " in_resources = excluded.in_resources, in_dwellings = excluded.in_dwellings, nomads = excluded.nomads,"
    " actions = excluded.actions, actions_by_name = excluded.actions_by_name,"
    " actions_counted = excluded.actions_counted, gold = excluded.gold, spice = excluded.spice,"
    " dwellings = excluded.dwellings, highest_level = excluded.highest_level, baseline = excluded.baseline";

constexpr auto kForgetEntries = "delete from list_entries where world = $1";

const std::string kStageEntries =
    std::string("create temporary table staged_entries (") + kEntryColumns + ") on commit drop";

constexpr auto kDropEntries =
    "delete from list_entries e using staged_entries s"
    " where e.world = $1 and e.section = s.section and e.entry = s.entry and s.forget";

constexpr auto kMergeEntries =
    "insert into list_entries (world, section, entry, count, left_at)"
    " select $1, section, entry, count, left_at from staged_entries where not forget"
    " on conflict (world, section, entry) do update set count = excluded.count, left_at = excluded.left_at";

const std::string kStageEvents =
    std::string("create temporary table staged_events (") + kEventColumns + ") on commit drop";

constexpr auto kAddEvents =
    "insert into event_metrics (world, tick, event_type, count, affected_players)"
    " select $1, $2::timestamptz, event_type, count, affected_players from staged_events";

constexpr auto kLogAlert = "insert into alert_log (world, number, alert) values ($1, $2, $3)";

constexpr auto kPutAlert =
    "insert into alerts (world, id, number, type, severity, message, value, threshold, state, opened_at, resolved_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    " on conflict (world, id) do update set number = excluded.number, message = excluded.message,"
    " value = excluded.value, state = excluded.state, resolved_at = excluded.resolved_at";

constexpr auto kWorsenAlert =
    "update alerts set value = $3, message = $4 where world = $1 and id = $2 and (value, message) <> ($3, $4)";

/// A row: this very state stands there.
constexpr auto kStoredBefore =
    "select w.erasures, w.reviews from snapshots s join worlds w on w.world = s.world"
    " where s.world = $1 and s.tick = $2 and s.state_id = $3";

std::optional<std::string> time_text(const std::optional<TimePoint>& time) {
    return time ? std::optional(to_rfc3339(*time)) : std::nullopt;
}

/// How many of both there were in the world.
struct Happened {
    std::uint64_t erasures = 0;
    std::uint64_t reviews = 0;
};

std::optional<Happened> read_happened(const pqxx::result& result) {
    return result.empty() ? std::nullopt
                          : std::optional(Happened{result[0][0].as<std::uint64_t>(), result[0][1].as<std::uint64_t>()});
}

/// Nothing when the tick is not taken.
std::optional<Happened> take_tick(pqxx::work& transaction, const TickWrite& write) {
    const proto::State& state = write.state();
    const auto result =
        transaction.exec_params(kTakeTick,
                                state.world,
                                to_rfc3339(state.tick),
                                write.id.text,
                                static_cast<std::int64_t>(state.epoch),
                                state.simulated,
                                time_text(write.previous_tick),
                                write.previous_id ? std::optional(write.previous_id->text) : std::nullopt);
    return read_happened(result);
}

/// As take_tick; nothing when the tick is not there.
std::optional<Happened> stored_before(pqxx::work& transaction, const TickWrite& write) {
    const proto::State& state = write.state();
    return read_happened(transaction.exec_params(kStoredBefore, state.world, to_rfc3339(state.tick), write.id.text));
}

void add_state(pqxx::work& transaction,
               const proto::State& state,
               const std::string& text,
               const std::optional<std::string>& id) {
    const std::string tick = to_rfc3339(state.tick);
    transaction.exec_params0(
        kAddSnapshot, state.world, tick, to_rfc3339(state.timestamp), text, encode(state.document), id);
    postgres::CopyRows rows;
    for (const auto& [metric, value] : metric_rows(state)) {
        rows.text(state.world).text(tick).text(metric).text(value).end_row();
    }
    postgres::copy_in(transaction, "gameplay_metrics (world, tick, metric, value)", std::move(rows).take());
}

/// `newest_text` and `newest_id`: of the last one.
void add_states(pqxx::work& transaction,
                const std::vector<proto::State>& states,
                const std::string& newest_text,
                const StateId& newest_id) {
    for (const proto::State& state : states) {
        if (&state == &states.back()) {
            add_state(transaction, state, newest_text, newest_id.text);
        } else {
            add_state(transaction, state, encode(state), std::nullopt);
        }
    }
}

void add_events(pqxx::work& transaction, const TickWrite& write) {
    if (write.events_added.empty()) {
        return;
    }
    transaction.exec0(kStageEvents);
    postgres::copy_in(transaction, "staged_events", write.events_added);
    transaction.exec_params0(kAddEvents, write.state().world, to_rfc3339(write.state().tick));
}

/// `erased`: whether there are any.
void add_players(pqxx::work& transaction, const TickWrite& write, bool erased, bool unaware) {
    if (write.players.empty()) {
        return;
    }
    const std::string& world = write.state().world;
    const std::string tick = to_rfc3339(write.state().tick);
    transaction.exec0(kStagePlayers);
    postgres::copy_in(transaction, "staged_players", write.players);
    if (erased) {
        hide_staged_players(transaction, world, unaware);
    }
    transaction.exec_params0(kAddActivity, world, tick);
    transaction.exec_params0(kMergePlayers, world, tick);
}

/// `news`: erased players, when the write does not know of some of them.
void add_entries(pqxx::work& transaction, const TickWrite& write, const ErasedPlayers* news) {
    const std::string& world = write.state().world;
    if (write.reset) {
        transaction.exec_params0(kForgetEntries, world);
    }
    if (write.entries.empty()) {
        return;
    }
    transaction.exec0(kStageEntries);
    postgres::copy_in(transaction, "staged_entries", write.entries);
    if (news) {
        hide_staged_entries(transaction, *news);
    }
    transaction.exec_params0(kDropEntries, world);
    transaction.exec_params0(kMergeEntries, world);
}

void log_alert(pqxx::work& transaction, const std::string& world, const proto::NumberedAlert& entry) {
    const proto::Alert& alert = entry.alert;
    transaction.exec_params0(kLogAlert, world, entry.number, encode(alert));
    transaction.exec_params0(kPutAlert,
                             world,
                             alert.id,
                             entry.number,
                             alert.type,
                             alert.severity,
                             alert.message,
                             alert.value,
                             alert.threshold,
                             alert.state == proto::AlertState::active ? "active" : "resolved",
                             to_rfc3339(alert.opened_at),
                             time_text(alert.resolved_at));
}

void add_alerts(pqxx::work& transaction, const TickWrite& write) {
    const std::string& world = write.state().world;
    for (const proto::NumberedAlert& entry : write.alert_log) {
        log_alert(transaction, world, entry);
    }
    for (const proto::Alert& alert : write.state().alerts) {
        transaction.exec_params0(kWorsenAlert, world, alert.id, alert.value, alert.message);
    }
}

/// A first tick of a million players takes its time; a server that does not answer is noticed after it.
Milliseconds deadline(const TickWrite& write) {
    constexpr Milliseconds kEveryTick{10'000};
    constexpr std::uint64_t kRowsInAMillisecond = 5;  // each stands in six indexes
    constexpr std::uint64_t kLeastEntryBytes = 20;    // of a list entry's row
    return kEveryTick +
           Milliseconds((write.player_rows + write.entries.size() / kLeastEntryBytes) / kRowsInAMillisecond);
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
    for (const proto::State& state : write.states) {
        partitions_.ensure(postgres_, state.tick);
    }
    News news;
    const Outcome outcome = postgres_.transaction(deadline(write), [&](pqxx::work& transaction) {
        for (const proto::State& state : write.states) {
            partitions_.hold(transaction, state.tick);
        }
        const auto taken = take_tick(transaction, write);
        const auto happened = taken ? taken : stored_before(transaction, write);
        if (!happened) {
            return Outcome::refused;
        }
        news = {};
        std::vector<proto::State> hidden;
        if (happened->erasures != write.erasures) {
            const ErasedPlayers erased = read_erased_players(transaction, write.state().world);
            hidden = hide_in_states(write.states, erased);
            news.erasures = News::Erasures{erased, encode(hidden.back())};
        }
        if (happened->reviews != write.reviews) {
            news.reviewed = read_reviewed(transaction, write.state().world);
        }
        if (!taken) {
            return Outcome::stored;
        }
        if (news.erasures) {
            add_states(transaction, hidden, news.erasures->state_text, write.id);
        } else {
            add_states(transaction, write.states, write.state_text, write.id);
        }
        add_events(transaction, write);
        add_players(transaction, write, happened->erasures > 0, news.erasures.has_value());
        add_alerts(transaction, write);
        add_suspects(transaction, write, happened->erasures > 0);
        add_entries(transaction, write, news.erasures ? &news.erasures->erased : nullptr);
        return Outcome::stored;
    });
    if (outcome == Outcome::stored) {
        news_ = std::move(news);
    }
    return outcome;
}

}  // namespace watchtower::collector
