#include <algorithm>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

struct Ranked {
    std::uint64_t actions;
    NameTable::Id player;
};

/// What is shown of the three sections whose numbers are kept by player.
struct Shown {
    const WorldMemory& world;
    const Nomads& nomads;
    const Resources& resources;
    const Dwellings& dwellings;

    [[nodiscard]] bool in_nomads(NameTable::Id player) const { return of_player(nomads.present, player) != 0; }
    [[nodiscard]] bool in_resources(NameTable::Id player) const { return of_player(resources.present, player) != 0; }
    [[nodiscard]] bool in_dwellings(NameTable::Id player) const {
        return of_player(dwellings.dwellings, player).count > 0;
    }
    [[nodiscard]] Balance balance(NameTable::Id player) const {
        return in_resources(player) ? resources.balances[player] : Balance{};
    }
};

/// The players with nomads or resources, the `most` first ones in their order. `hidden`: how many there are beside.
std::vector<Ranked> rank(const Shown& shown, std::size_t most, std::size_t& hidden) {
    std::vector<Ranked> ranked;
    for (NameTable::Id player = 0; player < shown.world.players.size(); ++player) {
        if (!shown.in_nomads(player) && !shown.in_resources(player)) {
            continue;
        }
        if (shown.world.erased.is_pseudonym(shown.world.players.name(player))) {
            ++hidden;
        } else {
            ranked.push_back({shown.in_nomads(player) ? shown.nomads.counts.total(player) : 0, player});
        }
    }
    const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(most, ranked.size()));
    std::partial_sort(ranked.begin(), end, ranked.end(), [&shown](const Ranked& a, const Ranked& b) {
        return a.actions != b.actions ? a.actions > b.actions
                                      : shown.world.players.name(a.player) < shown.world.players.name(b.player);
    });
    return ranked;
}

void show_actions(const NomadsReading& reading, proto::NomadsSection& section) {
    section.total_nomads = reading.total_nomads;
    section.by_action.clear();
    for (NameTable::Id action = 0; action < reading.by_action.size(); ++action) {
        if (reading.by_action[action] > 0) {
            section.by_action.emplace_back(reading.actions.name(action), reading.by_action[action]);
        }
    }
    proto::sort(section.by_action);
}

LargestHoldings show_stock(const Resources& resources, proto::ResourcesSection& section) {
    section.total_gold = {};
    section.total_spice = {};
    LargestHoldings largest;
    for (const Balance& balance : resources.balances) {
        section.total_gold += balance.gold;
        section.total_spice += balance.spice;
        largest.gold = std::max(largest.gold, balance.gold);
        largest.spice = std::max(largest.spice, balance.spice);
    }
    largest.players =
        static_cast<std::uint64_t>(std::count(resources.present.begin(), resources.present.end(), std::uint8_t{1}));
    return largest;
}

void show_dwellings(const Dwellings& dwellings, proto::DwellingsSection& section) {
    auto by_level = dwellings.by_level;
    for (std::uint32_t level = 1; level <= 4; ++level) {
        by_level.try_emplace(level, 0);
    }
    section.by_level.assign(by_level.begin(), by_level.end());
    section.total = 0;
    for (const auto& [level, count] : by_level) {
        section.total += count;
    }
}

proto::TopPlayer top_player(const Shown& shown, const Ranked& ranked) {
    const Balance balance = shown.balance(ranked.player);
    return {std::string(shown.world.players.name(ranked.player)),
            shown.in_nomads(ranked.player) ? shown.nomads.nomads[ranked.player] : 0,
            ranked.actions,
            balance.gold,
            balance.spice,
            of_player(shown.dwellings.dwellings, ranked.player).highest_level};
}

void show_players(const Shown& shown,
                  const std::vector<Ranked>& ranked,
                  std::size_t most,
                  std::size_t hidden,
                  proto::Document& document) {
    const std::size_t listed = std::min(most, ranked.size());
    if (document.nomads) {
        document.nomads->by_player.clear();
    }
    if (document.resources) {
        document.resources->by_player.clear();
    }
    for (std::size_t i = 0; i < listed; ++i) {
        const NameTable::Id player = ranked[i].player;
        const std::string name(shown.world.players.name(player));
        if (document.nomads) {
            document.nomads->by_player.emplace_back(name, actions_of(shown.world, shown.nomads, player));
        }
        if (document.resources) {
            const Balance balance = shown.balance(player);
            document.resources->by_player.push_back({name, balance.gold, balance.spice});
        }
    }
    document.players.reset();
    if (listed < ranked.size() + hidden) {
        document.players = ranked.size() + hidden;
    }
}

}  // namespace

proto::Counts actions_of(const WorldMemory& world, const Nomads& nomads, NameTable::Id player) {
    proto::Counts counts;
    if (of_player(nomads.present, player) == 0) {
        return counts;
    }
    for (const auto& entry : nomads.counts.of(player)) {
        if (!is_told(entry.source())) {
            continue;
        }
        const std::uint64_t value = entry.source() == ActionSource::stamped ? 1 : entry.value;
        const std::string_view name = world.actions.name(entry.action());
        const auto known =
            std::find_if(counts.begin(), counts.end(), [name](const auto& count) { return count.first == name; });
        if (known == counts.end()) {
            counts.emplace_back(name, value);
        } else {
            known->second += value;
        }
    }
    proto::sort(counts);
    return counts;
}

void summarise(
    const WorldMemory& world, const Reading& reading, const TickInput& input, const Limits& limits, Step& step) {
    proto::State& state = step.state;
    proto::Document& document = state.document;
    const Shown shown{world,
                      step.nomads ? *step.nomads : world.nomads,
                      step.resources ? *step.resources : world.resources,
                      step.dwellings ? *step.dwellings : world.dwellings};
    document.timestamp = input.timestamp;
    if (step.nomads) {
        show_actions(reading.nomads, document.nomads ? *document.nomads : document.nomads.emplace());
    }
    if (step.resources) {
        step.holdings =
            show_stock(*step.resources, document.resources ? *document.resources : document.resources.emplace());
    }
    if (step.dwellings) {
        show_dwellings(*step.dwellings, document.dwellings ? *document.dwellings : document.dwellings.emplace());
    }
    if (state.sections[index(proto::Section::pvp)].last_good) {
        document.pvp = {state.totals.attacks, state.totals.attacks_successful, state.totals.dwellings_destroyed};
    }
    if (state.sections[index(proto::Section::events)].last_good) {
        document.events = proto::EventsSection{state.totals.events, 0};
        for (const auto& type : state.totals.events) {
            document.events->total += type.count;
        }
    }
    std::size_t hidden = 0;
    const auto ranked = rank(shown, std::max(limits.by_player, limits.top_players), hidden);
    show_players(shown, ranked, limits.by_player, hidden, document);
    document.stale = proto::staleness(state, state.tick);

    state.players = 0;
    for (NameTable::Id player = 0; player < world.players.size(); ++player) {
        state.players += shown.in_nomads(player) || shown.in_resources(player) || shown.in_dwellings(player) ? 1 : 0;
    }
    state.top_players.clear();
    for (std::size_t i = 0; i < std::min(limits.top_players, ranked.size()); ++i) {
        state.top_players.push_back(top_player(shown, ranked[i]));
    }
}

}  // namespace watchtower::collector
