#pragma once

#include <string>
#include <vector>

#include "services/collector/model/alerts.hpp"

namespace watchtower::collector::test {

/// A world whose alerts are judged tick by tick: set what happens, call tick().
class WatchedWorld {
public:
    WatchedWorld() {
        state.world = "default";
        state.tick = TimePoint(std::chrono::seconds(1'765'197'240));
        state.document.resources.emplace();
    }

    void happen(std::uint64_t actions, std::uint64_t attacks = 0, std::uint64_t failed = 0) {
        if (state.totals.actions.empty()) {
            state.totals.actions = {{"move", 0}, {"dig", 0}};
        }
        state.totals.actions[actions % 2].second += actions;
        state.totals.attacks += attacks;
        state.totals.attacks_successful += attacks - failed;
    }

    void hold(std::uint64_t players, std::int64_t largest, std::int64_t total) {
        facts.holdings = {players, proto::Amount::units(largest), {}};
        state.document.resources->total_gold = proto::Amount::units(total);
    }

    void fail(proto::Section section, bool failing = true) {
        auto& error = state.sections[proto::index(section)].error;
        error.reset();
        if (failing) {
            error = proto::SectionError::timeout;
        }
    }

    void reset() {
        ++state.epoch;
        state.epoch_since = next();
        facts.reset = true;
    }

    [[nodiscard]] TimePoint next() const { return tick_at_or_before(state.tick, state.interval) + state.interval; }

    /// Judges the next scheduled tick, or one at `at`. What is judged once (a reset, lost ticks) is gone afterwards.
    void tick() { tick_at(next()); }
    void tick_at(TimePoint at) {
        state.tick = at;
        Judgement judged = judge_alerts(state, facts, rules);
        state.alerts = std::move(judged.active);
        state.alert_number = judged.number;
        state.alert_watch = std::move(judged.watch);
        log.insert(log.end(), judged.log.begin(), judged.log.end());
        facts.reset = false;
        facts.ticks_lost = 0;
    }
    void ticks(int count, std::uint64_t actions_each = 0) {
        for (int i = 0; i < count; ++i) {
            happen(actions_each);
            tick();
        }
    }

    /// "low_activity source_down": what is open.
    [[nodiscard]] std::string open() const {
        std::string types;
        for (const proto::Alert& alert : state.alerts) {
            types += (types.empty() ? "" : " ") + alert.type;
        }
        return types;
    }

    proto::State state;
    AlertFacts facts;
    AlertRules rules;
    std::vector<proto::NumberedAlert> log;
};

}  // namespace watchtower::collector::test
