#include <algorithm>

#include "services/collector/model/comparison.hpp"

namespace watchtower::collector {

namespace {

/// What a list is compared with, and when.
struct ListMemory {
    const KnownEntries& known;
    TimePoint last_read;
    TimePoint now;
    bool epoch_known = false;  ///< nomads were read at this tick
    bool reset = false;        ///< and showed that the world began anew
};

/// Since when an entry is no longer to be remembered: an id may be used again.
bool is_forgotten(const KnownEntry& entry, TimePoint now) {
    return entry.left_at && now - *entry.left_at > kEntryMemory;
}

bool has_id(const std::string& key) {
    return key.front() == '#';
}

/// How many of an entry were counted before.
std::uint64_t counted(const ListMemory& memory, const std::string& key) {
    const auto entry = memory.known.find(key);
    if (entry == memory.known.end() || is_forgotten(entry->second, memory.now)) {
        return 0;
    }
    if (!has_id(key)) {
        return memory.reset ? 0 : entry->second.count;
    }
    return memory.reset && entry->second.count != kOfEitherEpoch ? 0 : 1;
}

/// Calls count(entry, how_many) for what is new in the reading, and returns what is to be remembered otherwise.
template <typename Count>
std::vector<ListChange> compare_list(const ListMemory& memory, const ListReading& reading, const Count& count) {
    std::vector<ListChange> changes;
    for (const auto& [key, entry] : reading) {
        const auto before = memory.known.find(key);
        const bool was_known = before != memory.known.end();
        const std::uint64_t old = counted(memory, key);
        if (entry.count > old) {
            count(entry, entry.count - old);
        }
        KnownEntry now{entry.count, std::nullopt};
        if (has_id(key) && !memory.epoch_known) {
            now.count = old == 0 ? kOfEitherEpoch : before->second.count;
        }
        if (!was_known || memory.reset || before->second != now) {
            changes.push_back({key, now});
        }
    }
    if (memory.reset) {
        return changes;
    }
    for (const auto& [key, before] : memory.known) {
        if (reading.contains(key)) {
            continue;
        }
        const KnownEntry gone{memory.epoch_known ? 1 : before.count, before.left_at.value_or(memory.last_read)};
        if (!has_id(key) || is_forgotten(gone, memory.now)) {
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

ListMemory memory_of(const KnownEntries& known, std::optional<TimePoint> last_read, const Step& step) {
    const TimePoint now = step.state.timestamp;
    return {known, last_read.value_or(now), now, step.nomads.has_value(), step.reset};
}

}  // namespace

void compare_combats(const KnownEntries& known,
                     const ListReading& reading,
                     std::optional<TimePoint> last_read,
                     Step& step) {
    proto::Totals& totals = step.state.totals;
    const auto count = [&totals](const ListEntry& entry, std::uint64_t n) {
        add_to_counter(totals.attacks, n);
        add_to_counter(totals.attacks_successful, entry.success ? n : 0);
        add_to_counter(totals.dwellings_destroyed, entry.affected * n);
        add(totals.attacks_by_type, entry.type, n);
    };
    step.combats = compare_list(memory_of(known, last_read, step), reading, count);
    proto::sort(totals.attacks_by_type);
}

void compare_events(const KnownEntries& known,
                    const ListReading& reading,
                    std::optional<TimePoint> last_read,
                    Step& step) {
    const auto count = [&step](const ListEntry& entry, std::uint64_t n) {
        const proto::EventsSection::Type added{entry.type, n, entry.affected * n};
        add(step.state.totals.events, added);
        add(step.events_added, added);
    };
    step.events = compare_list(memory_of(known, last_read, step), reading, count);
    sort(step.state.totals.events);
    sort(step.events_added);
}

}  // namespace watchtower::collector
