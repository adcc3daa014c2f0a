#include "services/collector/model/reading.hpp"

#include <algorithm>

namespace watchtower::collector {

namespace {

/// What a sum over one read may be: PostgreSQL's bigint holds it.
constexpr std::uint64_t kMostSum = UINT64_MAX / 2;

template <typename T>
T& at_growing(std::vector<T>& list, std::size_t id) {
    if (id >= list.size()) {
        list.resize(id + 1U);
    }
    return list[id];
}

template <typename T>
void fetch(const std::vector<T>& list, NameTable::Id id) {
    if (id < list.size()) {
        __builtin_prefetch(&list[id]);
    }
}

std::uint32_t hash_of(std::string_view name, const NotedName& noted) {
    return noted.hash != 0 ? noted.hash : NameTable::hash_of(name);
}

/// What a record needs for which there is one value by player.
template <typename Record, typename T>
void expect_player(const PlayerNumbers& players, const std::vector<T>& by_player, Record& record, std::size_t step) {
    NotedName& noted = record.noted_player;
    if (step == 0) {
        noted.hash = NameTable::hash_of(record.player_id);
        players.fetch(noted.hash);
    } else if (step == 1) {
        noted.number = players.guess(noted.hash);
        fetch(by_player, noted.number);
    } else if (step == 2) {
        players.fetch_text(noted.number);
    }
}

/// Equal entries without an id are told apart from others by all their fields.
template <typename... Fields>
std::string entry_key(const std::optional<std::string_view>& id, const Fields&... fields) {
    if (id) {
        return "#" + std::string(*id);
    }
    std::string key = "=";
    const auto append = [&key](std::string_view field) {
        key += std::to_string(field.size());
        key += ':';
        key += field;
    };
    (append(fields), ...);
    return key;
}

}  // namespace

std::optional<InvalidReason> Reading::take(const NomadRecord& record) {
    if (record.count > kMostSum - nomads.total_nomads) {
        return InvalidReason::out_of_range;
    }
    std::uint64_t room = kMostSum - nomads.total_actions;
    for (const auto& [action, count] : record.actions) {
        if (count > room) {
            return InvalidReason::out_of_range;
        }
        room -= count;
    }
    if (!note_contribution(record)) {
        return InvalidReason::out_of_range;
    }
    if (record.id) {
        const std::size_t known = nomad_ids_.size();
        const NameTable::Id nomad = nomad_ids_.intern(*record.id, hash_of(*record.id, record.noted_id));
        if (nomad < known) {
            contributions_.get(nomad, replaced_);
            take_back(replaced_);
        }
        contributions_.put(nomad, contribution_);
    }
    contribute(contribution_);
    return std::nullopt;
}

bool Reading::note_contribution(const NomadRecord& record) {
    contribution_.player = nomads.players.intern(record.player_id, hash_of(record.player_id, record.noted_player));
    contribution_.count = record.count;
    contribution_.telling = record.has_actions;
    contribution_.parts.clear();
    if (record.has_actions) {
        for (std::size_t at = 0; at < record.actions.size(); ++at) {
            const auto& [name, count] = record.actions[at];
            const NameTable::Id action = action_at(at, name);
            if (action == NameTable::kNone) {
                return false;
            }
            contribution_.parts.push_back({action, ActionSource::cumulative, count});
        }
    } else if (record.last_action) {
        const NameTable::Id action = action_at(0, *record.last_action);
        const auto time = record.last_action_at ? record.last_action_at->time_since_epoch().count() : 0;
        const auto stamp = static_cast<std::uint64_t>(std::max<std::int64_t>(time, 1));
        contribution_.parts.push_back(record.last_action_at ? Contribution::Part{action, ActionSource::stamped, stamp}
                                                            : Contribution::Part{action, ActionSource::last, 1});
        return action != NameTable::kNone;
    }
    return true;
}

/// Records mostly have the same actions in the same order: then the last record's is the number that is looked for.
NameTable::Id Reading::action_at(std::size_t position, std::string_view name) {
    if (position < last_actions_.size() && nomads.actions.name(last_actions_[position]) == name) {
        return last_actions_[position];
    }
    if (!names.actions.admit(name)) {
        return NameTable::kNone;
    }
    const NameTable::Id action = nomads.actions.intern(name);
    at_growing(last_actions_, position) = action;
    return action;
}

void Reading::contribute(const Contribution& contribution) {
    nomads.total_nomads += contribution.count;
    PlayerNomads& player = at_growing(nomads.of_players, contribution.player);
    player.nomads += contribution.count;
    ++player.records;
    player.telling += contribution.telling ? 1 : 0;
    for (const auto& [action, source, value] : contribution.parts) {
        const bool stamped = source == ActionSource::stamped;
        at_growing(nomads.by_action, action) += stamped ? 1 : value;
        if (stamped) {
            nomads.counts.append(contribution.player, action, source, value);
        } else {
            nomads.counts.add(contribution.player, action, source, value);
            nomads.total_actions += contribution.telling ? value : 0;
        }
    }
}

void Reading::take_back(const Contribution& contribution) {
    nomads.total_nomads -= contribution.count;
    PlayerNomads& player = nomads.of_players[contribution.player];
    player.nomads -= contribution.count;
    --player.records;
    player.telling -= contribution.telling ? 1 : 0;
    for (const auto& [action, source, value] : contribution.parts) {
        const bool stamped = source == ActionSource::stamped;
        nomads.by_action[action] -= stamped ? 1 : value;
        if (stamped) {
            nomads.counts.remove(contribution.player, action, value);
        } else {
            nomads.counts.subtract(contribution.player, action, source, value);
            nomads.total_actions -= contribution.telling ? value : 0;
        }
    }
}

void Reading::expect(NomadRecord& record, std::size_t step) const {
    expect_player(nomads.players, nomads.of_players, record, step);
    if (step == 0 && record.id) {
        record.noted_id.hash = NameTable::hash_of(*record.id);
        nomad_ids_.fetch(record.noted_id.hash);
    } else if (step == 1) {
        nomads.counts.fetch(record.noted_player.number);
    } else if (step == 2) {
        nomads.counts.fetch_entries(record.noted_player.number);
    }
}

void Reading::expect(BalanceRecord& record, std::size_t step) const {
    expect_player(resources.players, resources.balances, record, step);
}

void Reading::expect(DwellingRecord& record, std::size_t step) const {
    expect_player(dwellings.players, dwellings.dwellings, record, step);
}

std::optional<InvalidReason> Reading::take(const BalanceRecord& record) {
    const NameTable::Id player =
        resources.players.intern(record.player_id, hash_of(record.player_id, record.noted_player));
    at_growing(resources.present, player) = 1;
    Balance& balance = at_growing(resources.balances, player);
    const Balance told{record.gold.value_or(proto::Amount{}), record.spice.value_or(proto::Amount{})};
    if (record.whole) {
        balance = told;
    } else {
        balance.gold += told.gold;
        balance.spice += told.spice;
    }
    return std::nullopt;
}

std::optional<InvalidReason> Reading::take(const DwellingRecord& record) {
    PlayerDwellings& player =
        at_growing(dwellings.dwellings,
                   dwellings.players.intern(record.player_id, hash_of(record.player_id, record.noted_player)));
    ++player.count;
    player.highest_level = std::max(player.highest_level, record.level);
    ++dwellings.by_level[record.level];
    return std::nullopt;
}

std::optional<InvalidReason> Reading::put(ListReading& list,
                                          std::uint64_t& affected,
                                          std::string key,
                                          ListEntry entry) {
    if (entry.affected > kMostSum - affected) {
        return InvalidReason::out_of_range;
    }
    affected += entry.affected;
    const bool has_id = key.front() == '#';
    const auto [place, is_new] = list.try_emplace(std::move(key), entry);
    if (!is_new && has_id) {
        place->second = std::move(entry);
    } else if (!is_new) {
        ++place->second.count;
    }
    return std::nullopt;
}

std::optional<InvalidReason> Reading::take(const CombatRecord& record) {
    if (!names.attack_types.admit(record.type)) {
        return InvalidReason::out_of_range;
    }
    return put(combats,
               combats_affected_,
               entry_key(record.id,
                         record.type,
                         std::string_view(record.success ? "1" : "0"),
                         record.attacker_id,
                         record.defender_id,
                         std::to_string(record.destroyed_dwellings)),
               {std::string(record.type), record.success, record.destroyed_dwellings, 1});
}

std::optional<InvalidReason> Reading::take(const EventRecord& record) {
    if (!names.event_types.admit(record.type)) {
        return InvalidReason::out_of_range;
    }
    std::string affected = std::to_string(record.affected_players);
    if (record.affected_ids != 0) {
        affected += '/' + std::to_string(record.affected_ids);
    }
    return put(events,
               events_affected_,
               entry_key(record.id, record.type, affected),
               {std::string(record.type), false, record.affected_players, 1});
}

void Reading::clear(const NameTable* players) {
    nomads.players.clear(players);
    nomads.actions.clear();
    nomads.of_players.clear();
    nomads.counts.clear();
    nomads.total_nomads = 0;
    nomads.total_actions = 0;
    nomads.by_action.clear();
    resources.players.clear(players);
    resources.present.clear();
    resources.balances.clear();
    dwellings.players.clear(players);
    dwellings.dwellings.clear();
    dwellings.by_level.clear();
    combats.clear();
    events.clear();
    nomad_ids_.clear();
    contributions_.clear();
    last_actions_.clear();
    combats_affected_ = 0;
    events_affected_ = 0;
}

}  // namespace watchtower::collector
