#include "services/collector/store/rows.hpp"

#include "services/collector/store/baseline.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;

bool is_cumulative(const ActionCounts& counts, NameTable::Id player) {
    for (const auto& entry : counts.of(player)) {
        if (entry.source() != ActionSource::cumulative) {
            return false;
        }
    }
    return true;
}

using Rows = std::vector<std::pair<std::string, std::string>>;

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

/// The player of a change as he will be once the step is applied.
PlayerRow player_row(const WorldMemory& world, const Step& step, const PlayerChange& change) {
    const NameTable::Id player = change.player;
    const Nomads& nomads = step.nomads ? *step.nomads : world.nomads;
    const Resources& resources = step.resources ? *step.resources : world.resources;
    const Dwellings& dwellings = step.dwellings ? *step.dwellings : world.dwellings;
    PlayerRow row;
    row.player_id = world.players.name(player);
    row.in_nomads = of_player(nomads.present, player) != 0;
    row.in_resources = of_player(resources.present, player) != 0;
    row.dwellings = of_player(dwellings.dwellings, player);
    row.in_dwellings = row.dwellings.count > 0;
    proto::append_counts(row.actions_by_name, actions_of(world, nomads, player));
    if (row.in_nomads) {
        row.nomads = nomads.nomads[player];
        row.actions = nomads.counts.total(player);
    }
    const bool has_baseline = player < nomads.nomads.size();
    if (has_baseline && !(row.in_nomads && is_cumulative(nomads.counts, player))) {
        row.baseline = encode_baseline(world, nomads, player);
    }
    if (row.in_resources) {
        row.balance = resources.balances[player];
    }
    row.history = after(of_player(world.history, player), change, step.state.tick);
    return row;
}

}  // namespace

TickWrite tick_write(const WorldMemory& world, const Step& step) {
    TickWrite write;
    if (world.state) {
        write.previous_tick = world.state->tick;
    }
    write.state = step.state;
    write.reset = step.reset;
    write.players.reserve(step.players.size());
    for (const PlayerChange& change : step.players) {
        write.players.push_back({player_row(world, step, change), change});
    }
    write.combats = step.combats;
    write.events = step.events;
    write.events_added = step.events_added;
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
