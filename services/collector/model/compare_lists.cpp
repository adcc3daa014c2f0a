#include <algorithm>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

/// Since when an entry is no longer to be remembered: an id may be used again.
bool is_forgotten(const KnownEntry& entry, TimePoint now) {
    return entry.left_at && now - *entry.left_at > kEntryMemory;
}

/// Calls count(entry, how_many) for what is new in the reading, and returns what is to be remembered otherwise.
template <typename Count>
std::vector<ListChange> compare_list(
    const KnownEntries& known, const ListReading& reading, TimePoint last_read, TimePoint now, const Count& count) {
    std::vector<ListChange> changes;
    for (const auto& [key, entry] : reading) {
        const auto before = known.find(key);
        const bool is_known = before != known.end() && !is_forgotten(before->second, now);
        const std::uint64_t counted = is_known ? before->second.count : 0;
        if (entry.count > counted) {
            count(entry, entry.count - counted);
        }
        const KnownEntry known_now{entry.count, std::nullopt};
        if (before == known.end() || before->second != known_now) {
            changes.push_back({key, known_now});
        }
    }
    for (const auto& [key, before] : known) {
        if (reading.contains(key)) {
            continue;
        }
        const bool has_id = key.front() == '#';
        const KnownEntry gone{before.count, before.left_at.value_or(last_read)};
        if (!has_id || is_forgotten(gone, now)) {
            changes.push_back({key, std::nullopt});
        } else if (before != gone) {
            changes.push_back({key, gone});
        }
    }
    return changes;
}

void add(proto::Counts& counts, const std::string& name, std::uint64_t by) {
    const auto known = std::find_if(counts.begin(), counts.end(), [&name](const auto& c) { return c.first == name; });
    if (known == counts.end()) {
        counts.emplace_back(name, by);
    } else {
        add_to_counter(known->second, by);
    }
}

void add(std::vector<proto::EventsSection::Type>& types, const proto::EventsSection::Type& by) {
    const auto known =
        std::find_if(types.begin(), types.end(), [&by](const auto& type) { return type.type == by.type; });
    if (known == types.end()) {
        types.push_back(by);
    } else {
        add_to_counter(known->count, by.count);
        add_to_counter(known->affected_players, by.affected_players);
    }
}

void sort(std::vector<proto::EventsSection::Type>& types) {
    std::sort(types.begin(), types.end(), [](const auto& a, const auto& b) {
        return a.count != b.count ? a.count > b.count : a.type < b.type;
    });
}

}  // namespace

void compare_combats(const KnownEntries& known,
                     const ListReading& reading,
                     std::optional<TimePoint> last_read,
                     Step& step) {
    const KnownEntries nothing;
    const TimePoint now = step.state.timestamp;
    proto::Totals& totals = step.state.totals;
    const auto count = [&totals](const ListEntry& entry, std::uint64_t n) {
        add_to_counter(totals.attacks, n);
        add_to_counter(totals.attacks_successful, entry.success ? n : 0);
        add_to_counter(totals.dwellings_destroyed, entry.affected * n);
        add(totals.attacks_by_type, entry.type, n);
    };
    step.combats = compare_list(step.reset ? nothing : known, reading, last_read.value_or(now), now, count);
    proto::sort(totals.attacks_by_type);
}

void compare_events(const KnownEntries& known,
                    const ListReading& reading,
                    std::optional<TimePoint> last_read,
                    Step& step) {
    const KnownEntries nothing;
    const TimePoint now = step.state.timestamp;
    const auto count = [&step](const ListEntry& entry, std::uint64_t n) {
        const proto::EventsSection::Type added{entry.type, n, entry.affected * n};
        add(step.state.totals.events, added);
        add(step.events_added, added);
    };
    step.events = compare_list(step.reset ? nothing : known, reading, last_read.value_or(now), now, count);
    sort(step.state.totals.events);
    sort(step.events_added);
}

}  // namespace watchtower::collector
