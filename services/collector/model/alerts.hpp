#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"
#include "services/collector/model/world.hpp"

/// Judging a tick: which alerts open, get worse and resolve. Pure. docs/numbers.md, "Alerts", has the rules.
namespace watchtower::collector {

struct AlertRules {
    std::int64_t low_activity = 10;   ///< fewer actions within a window are few; 0: never
    double high_failure_rate = 0.15;  ///< a higher share of failed attacks within two windows is high
    double resource_warning = 0.8;    ///< a higher share of gold or spice in one hand is high
    Milliseconds window{5 * 60'000};
};

/// What a tick's judging knows beside its state. Sums of what one replica knows, such as the last two, reach the others
/// by the alert that they open.
struct AlertFacts {
    bool reset = false;        ///< this tick showed that the game's world began anew
    LargestHoldings holdings;  ///< where resources were read
    std::optional<std::array<ModerationStep::Open, proto::kSuspectKinds.size()>> suspects;  ///< nothing: not judged
    std::uint64_t ticks_at_risk = 0;  ///< ticks before this one that are in one process's memory only
    std::uint64_t ticks_lost = 0;     ///< ticks that lost detail since the tick before
};

/// What a tick makes of the alerts.
struct Judgement {
    std::vector<proto::Alert> active;  ///< oldest first
    std::uint64_t number = 0;          ///< of the log's newest entry
    proto::AlertWatch watch;
    std::vector<proto::NumberedAlert> log;  ///< what opened and resolved
};

/// Judges a tick. `state`: the tick's, with alerts, their number and their watch as the tick before left them.
[[nodiscard]] Judgement judge_alerts(const proto::State& state, const AlertFacts& facts, const AlertRules& rules);

/// Judges what compare() made of a tick, and puts the judgement into it.
void judge_alerts(Step& step, std::uint64_t ticks_at_risk, std::uint64_t ticks_lost, const AlertRules& rules);

}  // namespace watchtower::collector
