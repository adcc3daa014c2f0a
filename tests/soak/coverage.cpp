#include "tests/soak/coverage.hpp"

#include <algorithm>

namespace watchtower::test {

namespace {

bool by_redis(const Fault& fault) {
    return fault.victim == "redis" || (fault.victim.starts_with("collector-") && fault.victim.ends_with(">redis"));
}

/// Whether an owner is lost without having given its worlds back.
bool loses_an_owner(const Fault& fault) {
    return fault.victim.starts_with("collector-") && fault.victim.find('>') == std::string::npos &&
           fault.harm != Harm::stop;
}

/// Whether a change of owners that could begin at `from` and not before `possible` may have cost this tick: it was not
/// stored yet, and it was too late for it when the change was over. A tick is not begun in the last tenth of its
/// interval.
bool may_cost(TimePoint from, TimePoint possible, TimePoint tick, Milliseconds interval) {
    return from < tick + kInHand && tick + interval - interval / 10 < std::max(from, possible) + kTakeover;
}

/// When the collectors have settled after the last return of Redis before `moment`.
TimePoint settled(TimePoint moment, const std::vector<Struck>& struck) {
    TimePoint end{};
    for (const Struck& blow : struck) {
        const auto& faults = blow.blow.faults;
        if (blow.mended <= moment && std::any_of(faults.begin(), faults.end(), by_redis)) {
            end = std::max(end, blow.mended + kSettling);
        }
    }
    return end;
}

bool excuses(const Struck& blow, const std::vector<Struck>& struck, TimePoint tick, Milliseconds interval) {
    if (blow.blow.faults.size() > 1) {
        return tick + interval >= blow.from && tick <= blow.well + kTakeover;
    }
    const Fault& fault = blow.blow.faults.front();
    if (loses_an_owner(fault)) {
        return may_cost(blow.from, settled(blow.from, struck), tick, interval);
    }
    return by_redis(fault) && (may_cost(blow.from, {}, tick, interval) || may_cost(blow.mended, {}, tick, interval));
}

}  // namespace

bool could_be_collected(TimePoint tick,
                        Milliseconds interval,
                        const std::vector<Struck>& struck,
                        const std::vector<Standstill>& standstills) {
    return std::none_of(struck.begin(),
                        struck.end(),
                        [&](const Struck& blow) { return excuses(blow, struck, tick, interval); }) &&
           std::none_of(standstills.begin(), standstills.end(), [&](const Standstill& standstill) {
               return tick + interval >= standstill.from && tick <= standstill.to;
           });
}

}  // namespace watchtower::test
