#include <algorithm>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

/// Calls count(entry, how_many) for what is new in the reading, and notes what is to be remembered.
template <typename Count>
std::vector<ListChange> compare_list(const KnownEntries& known,
                                     const ListReading& reading,
                                     TimePoint tick,
                                     const Count& count) {
    std::vector<ListChange> changes;
    for (const auto& [key, entry] : reading) {
        const auto before = known.find(key);
        const std::uint64_t counted = before == known.end() ? 0 : before->second.count;
        if (entry.count > counted) {
            count(entry, entry.count - counted);
        }
        const KnownEntry now{entry.count, std::nullopt};
        if (before == known.end() || before->second != now) {
            changes.push_back({key, now});
        }
    }
    for (const auto& [key, before] : known) {
        if (reading.contains(key)) {
            continue;
        }
        const bool has_id = key.front() == '#';
        if (!has_id || (before.left_at && tick - *before.left_at > kEntryMemory)) {
            changes.push_back({key, std::nullopt});
        } else if (!before.left_at) {
            changes.push_back({key, KnownEntry{before.count, tick}});
        }
    }
    return changes;
}

void add(proto::Counts& counts, const std::string& name, std::uint64_t by) {
    const auto known = std::find_if(counts.begin(), counts.end(), [&name](const auto& c) { return c.first == name; });
    if (known == counts.end()) {
        counts.emplace_back(name, by);
    } else {
        known->second += by;
    }
}

void add(std::vector<proto::EventsSection::Type>& types, const proto::EventsSection::Type& by) {
    const auto known =
        std::find_if(types.begin(), types.end(), [&by](const auto& type) { return type.type == by.type; });
    if (known == types.end()) {
        types.push_back(by);
    } else {
        known->count += by.count;
        known->affected_players += by.affected_players;
    }
}

void sort(std::vector<proto::EventsSection::Type>& types) {
    std::sort(types.begin(), types.end(), [](const auto& a, const auto& b) {
        return a.count != b.count ? a.count > b.count : a.type < b.type;
    });
}

}  // namespace

void compare_combats(const KnownEntries& known, const ListReading& reading, Step& step) {
    proto::Totals& totals = step.state.totals;
    step.combats = compare_list(step.reset ? KnownEntries{} : known,
                                reading,
                                step.state.tick,
                                [&totals](const ListEntry& entry, std::uint64_t n) {
                                    totals.attacks += n;
                                    totals.attacks_successful += entry.success ? n : 0;
                                    totals.dwellings_destroyed += entry.affected * n;
                                    add(totals.attacks_by_type, entry.type, n);
                                });
    proto::sort(totals.attacks_by_type);
}

void compare_events(const KnownEntries& known, const ListReading& reading, Step& step) {
    proto::Totals& totals = step.state.totals;
    step.events = compare_list(
        step.reset ? KnownEntries{} : known, reading, step.state.tick, [&](const ListEntry& entry, std::uint64_t n) {
            const proto::EventsSection::Type added{entry.type, n, entry.affected * n};
            add(totals.events, added);
            add(step.events_added, added);
        });
    sort(totals.events);
    sort(step.events_added);
}

}  // namespace watchtower::collector
