#include "services/collector/model/world.hpp"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "services/collector/model/comparison.hpp"
#include "services/collector/model/hide_players.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;

/// The state before, made the state of this tick as far as that needs no numbers.
proto::State next_state(const WorldMemory& world, const TickInput& input) {
    proto::State state = world.state.value_or(proto::State{});
    state.world = world.name;
    state.tick = input.tick;
    state.timestamp = input.timestamp;
    state.interval = input.interval;
    state.simulated = input.simulated;
    for (const Section section : proto::kSections) {
        proto::SectionStatus& status = state.sections[proto::index(section)];
        status.error = input.errors[proto::index(section)];
        status.failed_ticks = status.error ? status.failed_ticks + 1 : 0;
        if (!status.error) {
            status.last_good = input.timestamp;
        }
    }
    return state;
}

std::optional<TimePoint> last_good(const WorldMemory& world, Section section) {
    return world.state ? world.state->sections[proto::index(section)].last_good : std::nullopt;
}

BalanceComparison how_to_compare_balances(const WorldMemory& world, const proto::State& state) {
    const auto before = last_good(world, Section::resources);
    if (!before) {
        return BalanceComparison::first_read;
    }
    return state.epoch_since && *before < *state.epoch_since ? BalanceComparison::new_epoch
                                                             : BalanceComparison::same_epoch;
}

void add_actions(const WorldMemory& world, const std::vector<std::uint64_t>& added_by_action, proto::Counts& totals) {
    std::unordered_map<std::string_view, std::uint64_t> added;
    for (NameTable::Id action = 0; action < added_by_action.size(); ++action) {
        if (added_by_action[action] > 0) {
            added.emplace(world.actions.name(action), added_by_action[action]);
        }
    }
    for (auto& [name, count] : totals) {
        if (const auto more = added.find(name); more != added.end()) {
            add_to_counter(count, more->second);
            added.erase(more);
        }
    }
    for (const auto& [name, count] : added) {
        totals.emplace_back(name, count);
    }
    proto::sort(totals);
}

void add(proto::Flow& total, const proto::Flow& by) {
    total.collected += by.collected;
    total.spent += by.spent;
    total.joined += by.joined;
    total.left += by.left;
}

/// Whether reads of nomads have left anything of the player that a reset makes void.
bool has_baseline(const Nomads& nomads, NameTable::Id player) {
    return of_player(nomads.present, player) != 0 || of_player(nomads.nomads, player) != 0 ||
           !nomads.counts.of(player).empty();
}

/// Compares every player in the sections that were read.
void compare_players(const WorldMemory& world, Step& step) {
    const Nomads nothing;
    const Nomads& nomads_before = step.reset ? nothing : world.nomads;
    const bool count_created = !step.reset && last_good(world, Section::nomads).has_value();
    const auto how = how_to_compare_balances(world, step.state);
    std::vector<std::uint64_t> added_by_action(world.actions.size());
    ActionComparer actions;
    for (NameTable::Id player = 0; player < world.players.size(); ++player) {
        PlayerChange change;
        change.player = player;
        bool changed = false;
        if (step.nomads) {
            changed = compare_nomads(nomads_before, *step.nomads, count_created, actions, change, added_by_action);
            changed = changed || (step.reset && has_baseline(world.nomads, player));
        }
        if (step.resources) {
            changed = compare_balances(world.resources, *step.resources, how, change) || changed;
        }
        if (step.dwellings) {
            changed = compare_dwellings(world.dwellings, *step.dwellings, player) || changed;
        }
        if (changed) {
            add_to_counter(step.state.totals.nomads_created, change.nomads_created);
            add(step.state.totals.gold, change.gold);
            add(step.state.totals.spice, change.spice);
            step.players.push_back(change);
        }
    }
    add_actions(world, added_by_action, step.state.totals.actions);
}

void read_nomads(WorldMemory& world, const NomadsReading& reading, Step& step) {
    const auto players = translate_players(reading.players, world);
    const auto actions = translate(reading.actions, world.actions);
    step.nomads = next_nomads(world, reading, players, actions, false);
    step.reset = is_reset(world.nomads, *step.nomads);
    if (step.reset) {
        ++step.state.epoch;
        step.state.epoch_since = step.state.timestamp;
        step.nomads = next_nomads(world, reading, players, actions, true);
    }
}

void note(KnownEntries& known, std::vector<ListChange>& changes, bool reset) {
    if (reset) {
        known.clear();
    }
    for (ListChange& change : changes) {
        if (change.known) {
            known[std::move(change.entry)] = *change.known;
        } else {
            known.erase(change.entry);
        }
    }
}

}  // namespace

Step compare(WorldMemory& world, const Reading& reading, const TickInput& input, const Limits& limits) {
    const auto was_read = [&input](Section section) { return !input.errors[proto::index(section)]; };
    Step step;
    step.state = next_state(world, input);
    if (was_read(Section::resources)) {
        step.resources = next_resources(reading.resources, translate_players(reading.resources.players, world));
    }
    if (was_read(Section::dwellings)) {
        step.dwellings = next_dwellings(reading.dwellings, translate_players(reading.dwellings.players, world));
    }
    if (was_read(Section::nomads)) {
        read_nomads(world, reading.nomads, step);
    }
    compare_players(world, step);
    if (was_read(Section::pvp)) {
        const auto hidden = hide_in_combats(world, reading.combats);
        compare_combats(world.combats, hidden ? *hidden : reading.combats, last_good(world, Section::pvp), step);
    }
    if (was_read(Section::events)) {
        compare_events(world.events, reading.events, last_good(world, Section::events), step);
    }
    summarise(world, reading, input, limits, step);
    return step;
}

Reading::Names names_of(const WorldMemory& world) {
    Reading::Names names;
    for (NameTable::Id action = 0; action < world.actions.size(); ++action) {
        names.actions.know(world.actions.name(action));
    }
    const proto::Totals totals = world.state ? world.state->totals : proto::Totals{};
    for (const auto& [action, count] : totals.actions) {
        names.actions.know(action);
    }
    for (const auto& [type, count] : totals.attacks_by_type) {
        names.attack_types.know(type);
    }
    for (const auto& type : totals.events) {
        names.event_types.know(type.type);
    }
    return names;
}

PlayerHistory after(PlayerHistory history, const PlayerChange& change, TimePoint tick) {
    if (!history.first_seen) {
        history.first_seen = tick;
    }
    if (change.actions_added > 0) {
        history.last_active = tick;
        add_to_counter(history.actions_counted, change.actions_added);
    }
    return history;
}

void apply(WorldMemory& world, Step step) {
    apply_moderation(world, step);
    world.history.resize(world.players.size());
    for (const PlayerChange& change : step.players) {
        PlayerHistory& history = world.history[change.player];
        history = after(history, change, step.state.tick);
    }
    if (step.nomads) {
        world.nomads = std::move(*step.nomads);
    }
    if (step.resources) {
        world.resources = std::move(*step.resources);
    }
    if (step.dwellings) {
        world.dwellings = std::move(*step.dwellings);
    }
    note(world.combats, step.combats, step.reset);
    note(world.events, step.events, step.reset);
    world.state = std::move(step.state);
    world.state_id = std::move(step.id);
}

}  // namespace watchtower::collector
