#include "common/world_state/freshness.hpp"

#include <algorithm>

namespace watchtower::world_state {

namespace {

constexpr int kIntervalsUntilExpired = 10;
constexpr Milliseconds kSmallestStep{1};

TimePoint expired_after(const proto::State& state, TimePoint last_good) {
    return last_good + kIntervalsUntilExpired * state.interval;
}

bool was_collected(const proto::Document& document, proto::Section section) {
    switch (section) {
        case proto::Section::nomads:
            return document.nomads.has_value();
        case proto::Section::resources:
            return document.resources.has_value();
        case proto::Section::dwellings:
            return document.dwellings.has_value();
        case proto::Section::pvp:
            return document.pvp.has_value();
        case proto::Section::events:
            break;
    }
    return document.events.has_value();
}

}  // namespace

Freshness freshness(const proto::State& state, TimePoint now) {
    Freshness result{proto::staleness(state, now), {}};
    for (const proto::Section section : proto::kSections) {
        const auto& last_good = state.sections[proto::index(section)].last_good;
        const bool stale = result.stale[proto::index(section)].has_value();
        result.expired[proto::index(section)] =
            !last_good || !was_collected(state.document, section) || (stale && now > expired_after(state, *last_good));
    }
    return result;
}

std::optional<TimePoint> next_change(const proto::State& state, TimePoint now) {
    std::optional<TimePoint> next;
    const auto offer = [&next, now](TimePoint last_moment) {
        const TimePoint change = last_moment + kSmallestStep;
        if (change > now && (!next || change < *next)) {
            next = change;
        }
    };
    offer(proto::abandoned_after(state));
    for (const proto::SectionStatus& section : state.sections) {
        if (section.last_good) {
            offer(expired_after(state, *section.last_good));
        }
    }
    return next;
}

}  // namespace watchtower::world_state
