#include <algorithm>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

constexpr std::uint64_t kLeastSumForReset = 100;
constexpr std::uint64_t kResetFactor = 10;

std::uint64_t rise(std::uint64_t before, std::uint64_t now) {
    return now > before ? now - before : 0;
}

std::uint64_t cumulative_sum(ActionCounts::Range counts) {
    std::uint64_t sum = 0;
    for (const auto& entry : counts) {
        sum += entry.source() == ActionSource::cumulative ? entry.value : 0;
    }
    return sum;
}

std::vector<std::uint64_t> stamps(const ActionCounts& counts, NameTable::Id player, NameTable::Id action) {
    std::vector<std::uint64_t> times;
    for (const auto& entry : counts.of(player)) {
        if (entry.source() == ActionSource::stamped && entry.action() == action) {
            times.push_back(entry.value);
        }
    }
    std::sort(times.begin(), times.end());
    return times;
}

/// How many stamped records of this player and action are new. One that was there before may have gone and come back:
/// only times after the latest one that went can be told to be new.
std::uint64_t new_stamps(const Nomads& before, const Nomads& now, NameTable::Id player, NameTable::Id action) {
    const auto old_times = stamps(before.counts, player, action);
    const auto new_times = stamps(now.counts, player, action);
    std::vector<std::uint64_t> fresh;
    std::set_difference(
        new_times.begin(), new_times.end(), old_times.begin(), old_times.end(), std::back_inserter(fresh));
    const std::uint64_t floor = before.counts.value(player, action, ActionSource::floor);
    return static_cast<std::uint64_t>(
        std::count_if(fresh.begin(), fresh.end(), [floor](std::uint64_t time) { return time > floor; }));
}

/// The latest time that is no longer among the player's stamped records, for each action that has one.
void carry_floors(const Nomads& before, Nomads& next, NameTable::Id player) {
    std::vector<std::pair<NameTable::Id, std::uint64_t>> floors;
    for (const auto& entry : before.counts.of(player)) {
        const bool stamped = entry.source() == ActionSource::stamped;
        if (!stamped && entry.source() != ActionSource::floor) {
            continue;
        }
        if (stamped) {
            const auto now = stamps(next.counts, player, entry.action());
            if (std::binary_search(now.begin(), now.end(), entry.value)) {
                continue;
            }
        }
        const auto known = std::find_if(
            floors.begin(), floors.end(), [&entry](const auto& floor) { return floor.first == entry.action(); });
        if (known == floors.end()) {
            floors.emplace_back(entry.action(), entry.value);
        } else {
            known->second = std::max(known->second, entry.value);
        }
    }
    for (const auto& [action, time] : floors) {
        next.counts.append(player, action, ActionSource::floor, time);
    }
}

bool same_counts(const ActionCounts& before, const ActionCounts& now, NameTable::Id player) {
    std::size_t old_entries = 0;
    std::size_t new_entries = 0;
    for (const auto& entry : before.of(player)) {
        old_entries += entry.source() != ActionSource::floor ? 1 : 0;
    }
    for (const auto& entry : now.of(player)) {
        if (entry.source() == ActionSource::floor) {
            continue;
        }
        ++new_entries;
        if (entry.source() == ActionSource::stamped) {
            if (stamps(before, player, entry.action()) != stamps(now, player, entry.action())) {
                return false;
            }
        } else if (before.value(player, entry.action(), entry.source()) != entry.value) {
            return false;
        }
    }
    return old_entries == new_entries;
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

std::vector<NameTable::Id> translate_players(const NameTable& from, WorldMemory& world) {
    if (world.erased.empty()) {
        return translate(from, world.players);
    }
    std::vector<NameTable::Id> ids(from.size());
    for (NameTable::Id id = 0; id < from.size(); ++id) {
        ids[id] = world.players.find(from.name(id));
        if (ids[id] == NameTable::kNone) {
            const auto pseudonym = world.erased.pseudonym_of(from.name(id));
            ids[id] = world.players.intern(pseudonym ? std::string_view(*pseudonym) : from.name(id));
        }
    }
    return ids;
}

bool is_reset(const WorldMemory& world, const NomadsReading& reading, const std::vector<NameTable::Id>& players) {
    std::uint64_t before = 0;
    std::uint64_t now = 0;
    for (NameTable::Id id = 0; id < players.size(); ++id) {
        if (of_player(world.nomads.present, players[id]) != 0) {
            before += cumulative_sum(world.nomads.counts.of(players[id]));
            now += cumulative_sum(reading.counts.of(id));
        }
    }
    return before >= kLeastSumForReset && now < before / kResetFactor + (before % kResetFactor != 0 ? 1 : 0);
}

Nomads next_nomads(const WorldMemory& world,
                   const NomadsReading& reading,
                   const std::vector<NameTable::Id>& players,
                   const std::vector<NameTable::Id>& actions,
                   bool reset) {
    Nomads next;
    next.present.resize(world.players.size());
    next.nomads.resize(world.players.size());
    for (NameTable::Id id = 0; id < players.size(); ++id) {
        const NameTable::Id player = players[id];
        next.present[player] = 1;
        next.nomads[player] = of_player(reading.nomads, id);
        for (const auto& entry : reading.counts.of(id)) {
            if (entry.value > 0) {
                next.counts.append(player, actions[entry.action()], entry.source(), entry.value);
            }
        }
        if (!reset) {
            carry_floors(world.nomads, next, player);
        }
    }
    if (reset) {
        return next;
    }
    for (NameTable::Id player = 0; player < next.present.size(); ++player) {
        if (next.present[player] != 0) {
            continue;
        }
        next.nomads[player] = of_player(world.nomads.nomads, player);
        for (const auto& entry : world.nomads.counts.of(player)) {
            next.counts.append(player, entry.action(), entry.source(), entry.value);
        }
    }
    return next;
}

Resources next_resources(const ResourcesReading& reading, const std::vector<NameTable::Id>& players) {
    Resources next;
    const auto size = players.empty() ? 0 : *std::max_element(players.begin(), players.end()) + 1U;
    next.present.resize(size);
    next.balances.resize(size);
    for (NameTable::Id id = 0; id < players.size(); ++id) {
        next.present[players[id]] = 1;
        next.balances[players[id]] = reading.balances[id];
    }
    return next;
}

Dwellings next_dwellings(const DwellingsReading& reading, const std::vector<NameTable::Id>& players) {
    Dwellings next;
    next.dwellings.resize(players.empty() ? 0 : *std::max_element(players.begin(), players.end()) + 1U);
    for (NameTable::Id id = 0; id < players.size(); ++id) {
        next.dwellings[players[id]] = reading.dwellings[id];
    }
    next.by_level = reading.by_level;
    return next;
}

bool compare_nomads(const Nomads& before,
                    const Nomads& now,
                    bool count_created,
                    PlayerChange& change,
                    std::vector<std::uint64_t>& added_by_action) {
    const NameTable::Id player = change.player;
    const bool was_present = of_player(before.present, player) != 0;
    const bool is_present = of_player(now.present, player) != 0;
    if (!is_present) {
        return was_present;
    }
    std::vector<NameTable::Id> stamped;
    for (const auto& entry : now.counts.of(player)) {
        std::uint64_t added = 0;
        if (entry.source() == ActionSource::stamped) {
            if (std::find(stamped.begin(), stamped.end(), entry.action()) == stamped.end()) {
                stamped.push_back(entry.action());
                added = new_stamps(before, now, player, entry.action());
            }
        } else if (entry.source() != ActionSource::floor) {
            added = rise(before.counts.value(player, entry.action(), entry.source()), entry.value);
        }
        change.actions_added += added;
        added_by_action[entry.action()] += added;
    }
    if (count_created) {
        change.nomads_created = rise(of_player(before.nomads, player), now.nomads[player]);
    }
    return !was_present || of_player(before.nomads, player) != now.nomads[player] ||
           !same_counts(before.counts, now.counts, player);
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
