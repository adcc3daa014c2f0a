#include "services/collector/model/alert_windows.hpp"

#include <algorithm>

#include "proto-json/sections.hpp"

namespace watchtower::collector {

namespace {

using proto::AlertWatch;
using proto::Section;

constexpr int kSamplesInAWindow = 30;

/// As a state is stale when it is older.
constexpr int kIntervalsOfAGap = 2;

AlertWatch::Sample sample_of(const proto::State& state) {
    AlertWatch::Sample sample;
    sample.tick = state.tick;
    for (const auto& [action, count] : state.totals.actions) {
        sample.actions += count;
    }
    sample.attacks = state.totals.attacks;
    sample.attacks_successful = state.totals.attacks_successful;
    return sample;
}

void note_read(std::optional<TimePoint>& since, const proto::State& state, Section section) {
    if (state.sections[proto::index(section)].error) {
        since.reset();
    } else if (!since) {
        since = state.tick;
    }
}

}  // namespace

void note_tick(AlertWatch& watch, const proto::State& state, Milliseconds window) {
    if (watch.judged && state.tick - *watch.judged > kIntervalsOfAGap * state.interval) {
        watch.samples.clear();
        watch.nomads_since.reset();
        watch.pvp_since.reset();
    }
    watch.judged = state.tick;
    note_read(watch.nomads_since, state, Section::nomads);
    note_read(watch.pvp_since, state, Section::pvp);
    if (watch.samples.empty() || state.tick - watch.samples.back().tick >= window / kSamplesInAWindow) {
        watch.samples.push_back(sample_of(state));
    }
    const auto is_old = [&](const AlertWatch::Sample& sample) { return sample.tick <= state.tick - 2 * window; };
    const auto first_young = std::find_if_not(watch.samples.begin(), watch.samples.end(), is_old);
    if (first_young != watch.samples.begin()) {
        watch.samples.erase(watch.samples.begin(), first_young - 1);  // one of the old ones is where the window begins
    }
}

std::optional<Activity> activity_within(const AlertWatch& watch,
                                        const proto::State& state,
                                        Milliseconds length,
                                        std::optional<TimePoint> unbroken_since) {
    const auto begin = std::find_if(watch.samples.rbegin(), watch.samples.rend(), [&](const auto& sample) {
        return sample.tick <= state.tick - length;
    });
    if (begin == watch.samples.rend() || !unbroken_since || begin->tick < *unbroken_since) {
        return std::nullopt;
    }
    const AlertWatch::Sample now = sample_of(state);
    const std::uint64_t attacks = now.attacks - begin->attacks;
    const std::uint64_t successful = now.attacks_successful - begin->attacks_successful;
    return Activity{now.actions - begin->actions, attacks, attacks - std::min(attacks, successful)};
}

}  // namespace watchtower::collector
