#include "services/collector/store/rows.hpp"

#include "common/postgres/copy.hpp"
#include "proto-json/json_value.hpp"
#include "services/collector/store/baseline.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;

/// Rows that tell how long the others will be.
constexpr std::uint64_t kSampleRows = 1'000;

bool is_cumulative(const ActionCounts& counts, NameTable::Id player) {
    for (const auto& entry : counts.of(player)) {
        if (entry.source() != ActionSource::cumulative) {
            return false;
        }
    }
    return true;
}

using Rows = std::vector<std::pair<std::string, std::string>>;

void add_time(postgres::CopyRows& rows, const std::optional<TimePoint>& time) {
    if (time) {
        rows.text(to_rfc3339(*time));
    } else {
        rows.null();
    }
}

void add_flow(Rows& rows, const std::string& resource, const proto::Flow& flow) {
    rows.emplace_back(resource + "_collected", to_text(flow.collected));
    rows.emplace_back(resource + "_spent", to_text(flow.spent));
    rows.emplace_back(resource + "_joined", to_text(flow.joined));
    rows.emplace_back(resource + "_left", to_text(flow.left));
}

void add_nomads(Rows& rows, const proto::State& state) {
    rows.emplace_back("nomads", std::to_string(state.document.nomads->total_nomads));
    rows.emplace_back("players", std::to_string(state.players));
    std::uint64_t actions = 0;
    for (const auto& [action, count] : state.totals.actions) {
        rows.emplace_back("actions." + action, std::to_string(count));
        actions += count;
    }
    rows.emplace_back("actions", std::to_string(actions));
    rows.emplace_back("nomads_created", std::to_string(state.totals.nomads_created));
}

void add_resources(Rows& rows, const proto::State& state) {
    rows.emplace_back("gold", to_text(state.document.resources->total_gold));
    rows.emplace_back("spice", to_text(state.document.resources->total_spice));
    add_flow(rows, "gold", state.totals.gold);
    add_flow(rows, "spice", state.totals.spice);
}

void add_dwellings(Rows& rows, const proto::State& state) {
    rows.emplace_back("dwellings", std::to_string(state.document.dwellings->total));
    for (const auto& [level, count] : state.document.dwellings->by_level) {
        rows.emplace_back("dwellings." + std::to_string(level), std::to_string(count));
    }
}

void add_pvp(Rows& rows, const proto::State& state) {
    rows.emplace_back("attacks", std::to_string(state.totals.attacks));
    rows.emplace_back("attacks_successful", std::to_string(state.totals.attacks_successful));
    rows.emplace_back("dwellings_destroyed", std::to_string(state.totals.dwellings_destroyed));
}

void add_events(Rows& rows, const proto::State& state) {
    std::uint64_t count = 0;
    std::uint64_t affected = 0;
    for (const auto& type : state.totals.events) {
        rows.emplace_back("events." + type.type, std::to_string(type.count));
        count += type.count;
        affected += type.affected_players;
    }
    rows.emplace_back("events", std::to_string(count));
    rows.emplace_back("affected_players", std::to_string(affected));
}

/// The row of a player as he will be once the step is applied, and what the step added.
void add_player(postgres::CopyRows& rows, const WorldMemory& world, const Step& step, const PlayerChange& change) {
    const NameTable::Id player = change.player;
    const Nomads& nomads = step.nomads ? *step.nomads : world.nomads;
    const Resources& resources = step.resources ? *step.resources : world.resources;
    const Dwellings& dwellings = step.dwellings ? *step.dwellings : world.dwellings;
    const bool in_nomads = of_player(nomads.present, player) != 0;
    const bool in_resources = of_player(resources.present, player) != 0;
    const PlayerDwellings of_dwellings = of_player(dwellings.dwellings, player);
    const Balance balance = in_resources ? resources.balances[player] : Balance{};
    const PlayerHistory history = after(of_player(world.history, player), change, step.state.tick);
    std::string actions_by_name;
    proto::append_counts(actions_by_name, actions_of(world, nomads, player));
    rows.text(world.players.name(player));
    add_time(rows, history.first_seen);
    add_time(rows, history.last_active);
    rows.boolean(in_nomads).boolean(in_resources).boolean(of_dwellings.count > 0);
    rows.number(in_nomads ? nomads.nomads[player] : 0).number(in_nomads ? nomads.counts.total(player) : 0);
    rows.text(actions_by_name).number(history.actions_counted);
    rows.text(to_text(balance.gold)).text(to_text(balance.spice));
    rows.number(of_dwellings.count).number(of_dwellings.highest_level);
    const bool has_baseline = player < nomads.nomads.size();
    if (has_baseline && !(in_nomads && is_cumulative(nomads.counts, player))) {
        rows.text(encode_baseline(world, nomads, player));
    } else {
        rows.null();
    }
    rows.number(change.actions_added).number(change.nomads_created);
    rows.text(to_text(change.gold.collected)).text(to_text(change.gold.spent));
    rows.text(to_text(change.spice.collected)).text(to_text(change.spice.spent));
    rows.end_row();
}

void add_entries(postgres::CopyRows& rows, Section section, const std::vector<ListChange>& changes) {
    for (const ListChange& change : changes) {
        const KnownEntry known = change.known.value_or(KnownEntry{});
        rows.text(to_text(section)).text(change.entry).number(known.count);
        add_time(rows, known.left_at);
        rows.boolean(!change.known);
        rows.end_row();
    }
}

std::string number_text(double number) {
    std::string text;
    proto::append_double(text, number);
    return text;
}

void add_suspect(postgres::CopyRows& rows, std::string_view player_id, proto::SuspectKind kind, const Watched& now) {
    rows.text(to_text(kind)).text(player_id).text(number_text(now.heat));
    rows.number(static_cast<std::uint64_t>(now.busy.count()));
    add_time(rows, now.busy_until);
    if (now.suspicion) {
        rows.boolean(now.suspicion->active).text(number_text(now.suspicion->score));
        rows.text(encode(now.suspicion->evidence));
        add_time(rows, now.suspicion->opened_at);
        add_time(rows, now.suspicion->updated_at);
    } else {
        rows.null().null().null().null().null();
    }
    rows.end_row();
}

}  // namespace

TickWrite tick_write(const WorldMemory& world, const Step& step) {
    TickWrite write;
    if (world.state) {
        write.previous_tick = world.state->tick;
    }
    write.previous_id = world.state_id;
    write.id = step.id;
    write.states.push_back(step.state);
    write.state_text = encode(step.state);
    write.reset = step.reset;
    write.erasures = world.erased.erasures();
    write.alert_log = step.alert_log;
    postgres::CopyRows players;
    for (const PlayerChange& change : step.players) {
        add_player(players, world, step, change);
        if (players.rows() == kSampleRows) {
            players.reserve_rows(step.players.size() - kSampleRows);
        }
    }
    write.player_rows = players.rows();
    write.players = std::move(players).take();
    postgres::CopyRows entries;
    add_entries(entries, Section::pvp, step.combats);
    add_entries(entries, Section::events, step.events);
    write.entries = std::move(entries).take();
    postgres::CopyRows events;
    for (const auto& type : step.events_added) {
        events.text(type.type).number(type.count).number(type.affected_players).end_row();
    }
    write.events_added = std::move(events).take();
    write.reviews = world.moderation.reviews;
    postgres::CopyRows suspects;
    if (step.moderation) {
        for (const auto& [key, watched] : step.moderation->changes) {
            add_suspect(suspects, world.players.name(key.second), key.first, watched);
        }
    }
    write.suspects = std::move(suspects).take();
    return write;
}

Rows metric_rows(const proto::State& state) {
    const auto is_fresh = [&state](Section section) {
        const proto::SectionStatus& status = state.sections[proto::index(section)];
        return status.last_good && !status.error;
    };
    Rows rows;
    if (is_fresh(Section::nomads)) {
        add_nomads(rows, state);
    }
    if (is_fresh(Section::resources)) {
        add_resources(rows, state);
    }
    if (is_fresh(Section::dwellings)) {
        add_dwellings(rows, state);
    }
    if (is_fresh(Section::pvp)) {
        add_pvp(rows, state);
    }
    if (is_fresh(Section::events)) {
        add_events(rows, state);
    }
    return rows;
}

}  // namespace watchtower::collector
