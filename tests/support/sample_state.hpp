#pragma once

#include <string>

#include "proto-json/state.hpp"

namespace watchtower::test {

/// A state with something in every member: all five sections good at `tick`, two top players of more, one alert.
[[nodiscard]] inline proto::State sample_state(const std::string& world, TimePoint tick) {
    using proto::Amount;
    proto::State state;
    state.world = world;
    state.tick = tick;
    state.timestamp = tick + Milliseconds(789);
    state.players = 3;
    for (proto::SectionStatus& section : state.sections) {
        section.last_good = state.timestamp;
    }
    state.document.nomads = proto::NomadsSection{
        42, {{"move", 120}, {"attack", 15}}, {{"player1", {{"move", 10}, {"attack", 2}}}, {"player2", {{"move", 9}}}}};
    state.document.resources =
        proto::ResourcesSection{{5'000'250'000},
                                Amount::units(1200),
                                {{"player1", Amount::units(300), Amount::units(50)}, {"player2", {250'000}, {}}}};
    state.document.dwellings = proto::DwellingsSection{{{1, 10}, {2, 5}, {3, 2}, {4, 1}}, 18};
    state.document.pvp = proto::PvpSection{20, 15, 3};
    state.document.events = proto::EventsSection{{{"tempete", 2, 5}, {"raid", 1, 2}}, 3};
    state.document.timestamp = state.timestamp;
    state.totals.actions = {{"move", 140}, {"attack", 19}};
    state.totals.gold = {Amount::units(900), {12'500'000}, {}, Amount::units(300)};
    state.totals.spice = {Amount::units(90), Amount::units(1), Amount::units(10), {}};
    state.totals.attacks = 20;
    state.totals.attacks_successful = 15;
    state.totals.dwellings_destroyed = 3;
    state.totals.attacks_by_type = {{"attack", 18}, {"raid", 2}};
    state.totals.events = state.document.events->by_type;
    state.top_players = {{"player1", 30, 12, Amount::units(300), Amount::units(50), 4},
                         {"player2", 10, 9, {250'000}, {}, 0}};
    state.alerts = {{"",
                     world + "-7",
                     "high_failure_rate",
                     "warning",
                     "31 % of the attacks of the last 10 minutes failed",
                     0.31,
                     0.15,
                     proto::AlertState::active,
                     tick,
                     {}}};
    state.alert_number = 7;
    state.alert_watch.judged = tick;
    state.alert_watch.samples = {{tick, 159, 20, 15}};
    state.alert_watch.failures = {-5, -5, -5, -5, -5};
    return state;
}

}  // namespace watchtower::test
