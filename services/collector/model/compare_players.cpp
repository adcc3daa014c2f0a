#include <algorithm>
#include <numeric>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

constexpr std::uint64_t kLeastSumForReset = 100;
constexpr std::uint64_t kResetFactor = 10;
/// So many players before its turn, a player's entries are fetched into the processor's cache.
constexpr NameTable::Id kAhead = 16;

std::uint64_t rise(std::uint64_t before, std::uint64_t now) {
    return now > before ? now - before : 0;
}

/// The last sums that were told, and those that are told now.
std::uint64_t sum_before(ActionCounts::Range counts) {
    std::uint64_t sum = 0;
    for (const auto& entry : counts) {
        const bool is_sum = entry.source() == ActionSource::cumulative || entry.source() == ActionSource::kept;
        sum += is_sum ? entry.value : 0;
    }
    return sum;
}

std::uint64_t sum_now(ActionCounts::Range counts) {
    std::uint64_t sum = 0;
    for (const auto& entry : counts) {
        sum += entry.source() == ActionSource::cumulative ? entry.value : 0;
    }
    return sum;
}

void compare_amounts(proto::Amount before, proto::Amount now, proto::Flow& flow) {
    if (now > before) {
        flow.collected += now - before;
    } else {
        flow.spent += before - now;
    }
}

}  // namespace

std::vector<NameTable::Id> translate(const NameTable& from, NameTable& to) {
    std::vector<NameTable::Id> ids(from.size());
    for (NameTable::Id id = 0; id < from.size(); ++id) {
        ids[id] = to.intern(from.name(id));
    }
    return ids;
}

std::vector<NameTable::Id> translate_players(const PlayerNumbers& from, WorldMemory& world) {
    std::vector<NameTable::Id> ids(from.size());
    const NameTable::Id known = from.known_in(world.players);
    std::iota(ids.begin(), ids.begin() + known, NameTable::Id{0});
    for (NameTable::Id id = known; id < from.size(); ++id) {
        ids[id] = world.players.find(from.name(id));
        if (ids[id] == NameTable::kNone) {
            const auto pseudonym = world.erased.pseudonym_of(from.name(id));
            ids[id] = world.players.intern(pseudonym ? std::string_view(*pseudonym) : from.name(id));
        }
    }
    return ids;
}

bool is_reset(const Nomads& before, const Nomads& now) {
    std::uint64_t old_sum = 0;
    std::uint64_t sum = 0;
    for (NameTable::Id player = 0; player < before.present.size(); ++player) {
        if (before.present[player] != 0 && now.telling[player] != 0) {
            old_sum += sum_before(before.counts.of(player));
            sum += sum_now(now.counts.of(player));
        }
    }
    return old_sum >= kLeastSumForReset && sum < old_sum / kResetFactor + (old_sum % kResetFactor != 0 ? 1 : 0);
}

namespace {

/// For each player of the world the reading's number, or kNone.
std::vector<NameTable::Id> numbers_in(const NomadsReading& reading,
                                      const std::vector<NameTable::Id>& players,
                                      std::size_t size) {
    std::vector<NameTable::Id> read_as(size, NameTable::kNone);
    for (NameTable::Id id = 0; id < reading.of_players.size(); ++id) {
        if (reading.of_players[id].records > 0) {
            read_as[players[id]] = id;
        }
    }
    return read_as;
}

/// Entries that say something, with their actions numbered anew.
template <typename NumberOf>
void append(const std::vector<ActionCounts::Entry>& entries,
            NameTable::Id player,
            const NumberOf& number_of,
            ActionCounts& to) {
    for (const auto& entry : entries) {
        if (entry.value > 0) {
            to.append(player, number_of(entry.action()), entry.source(), entry.value);
        }
    }
}

}  // namespace

Nomads next_nomads(const WorldMemory& world,
                   const NomadsReading& reading,
                   const std::vector<NameTable::Id>& players,
                   const std::vector<NameTable::Id>& actions,
                   bool reset) {
    Nomads next;
    next.present.resize(world.players.size());
    next.telling.resize(world.players.size());
    next.nomads.resize(world.players.size());
    next.counts.reserve(reading.counts);
    // In the order of the world's players, so that comparing them walks through memory instead of jumping about.
    const auto read_as = numbers_in(reading, players, world.players.size());
    std::vector<ActionCounts::Entry> entries;
    for (NameTable::Id player = 0; player < read_as.size(); ++player) {
        const NameTable::Id id = read_as[player];
        if (player + kAhead < read_as.size()) {
            reading.counts.fetch_entries(read_as[player + kAhead]);
        }
        if (id != NameTable::kNone) {
            const PlayerNomads& read = reading.of_players[id];
            next.present[player] = 1;
            next.telling[player] = read.telling > 0 ? 1 : 0;
            next.nomads[player] = read.nomads;
            reading.counts.copy(id, entries);
            append(
                entries, player, [&actions](NameTable::Id action) { return actions[action]; }, next.counts);
        } else if (!reset) {
            next.nomads[player] = of_player(world.nomads.nomads, player);
            world.nomads.counts.copy(player, entries);
            append(
                entries, player, [](NameTable::Id action) { return action; }, next.counts);
        }
    }
    return next;
}

Resources next_resources(const ResourcesReading& reading, const std::vector<NameTable::Id>& players) {
    Resources next;
    const auto size = players.empty() ? 0 : *std::max_element(players.begin(), players.end()) + 1U;
    next.present.resize(size);
    next.balances.resize(size);
    for (NameTable::Id id = 0; id < reading.present.size(); ++id) {
        next.present[players[id]] = reading.present[id];
        next.balances[players[id]] = reading.balances[id];
    }
    return next;
}

Dwellings next_dwellings(const DwellingsReading& reading, const std::vector<NameTable::Id>& players) {
    Dwellings next;
    next.dwellings.resize(players.empty() ? 0 : *std::max_element(players.begin(), players.end()) + 1U);
    for (NameTable::Id id = 0; id < reading.dwellings.size(); ++id) {
        next.dwellings[players[id]] = reading.dwellings[id];
    }
    next.by_level = reading.by_level;
    return next;
}

bool compare_nomads(const Nomads& before,
                    Nomads& now,
                    bool count_created,
                    ActionComparer& actions,
                    PlayerChange& change,
                    std::vector<std::uint64_t>& added_by_action) {
    const NameTable::Id player = change.player;
    const bool was_present = of_player(before.present, player) != 0;
    if (of_player(now.present, player) == 0) {
        return was_present;
    }
    if (count_created) {
        change.nomads_created = rise(of_player(before.nomads, player), now.nomads[player]);
    }
    const bool acted = actions.compare(before, now, change, added_by_action);
    return acted || !was_present || of_player(before.nomads, player) != now.nomads[player];
}

bool compare_balances(const Resources& before, const Resources& now, BalanceComparison how, PlayerChange& change) {
    const NameTable::Id player = change.player;
    const bool was_present = of_player(before.present, player) != 0;
    const bool is_present = of_player(now.present, player) != 0;
    const Balance old_balance = was_present ? before.balances[player] : Balance{};
    const Balance new_balance = is_present ? now.balances[player] : Balance{};
    if (how == BalanceComparison::same_epoch && was_present && is_present) {
        compare_amounts(old_balance.gold, new_balance.gold, change.gold);
        compare_amounts(old_balance.spice, new_balance.spice, change.spice);
    } else if (how != BalanceComparison::first_read) {
        change.gold.left = old_balance.gold;
        change.spice.left = old_balance.spice;
        change.gold.joined = new_balance.gold;
        change.spice.joined = new_balance.spice;
    }
    return was_present != is_present || old_balance != new_balance;
}

bool compare_dwellings(const Dwellings& before, const Dwellings& now, NameTable::Id player) {
    return of_player(before.dwellings, player) != of_player(now.dwellings, player);
}

}  // namespace watchtower::collector
