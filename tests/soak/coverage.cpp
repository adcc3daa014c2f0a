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

/// Whether a change of owners at `moment` may have cost this tick: it was not stored yet, and it was too late for it
/// when the change was over. A tick is not begun in the last tenth of its interval.
bool may_cost(TimePoint moment, TimePoint tick, Milliseconds interval) {
    return moment < tick + kInHand && tick + interval - interval / 10 < moment + kTakeover;
}

bool excuses(const Struck& struck, TimePoint tick, Milliseconds interval) {
    if (struck.blow.faults.size() > 1) {
        return tick + interval >= struck.from && tick <= struck.well + kTakeover;
    }
    const Fault& fault = struck.blow.faults.front();
    return ((by_redis(fault) || loses_an_owner(fault)) && may_cost(struck.from, tick, interval)) ||
           (by_redis(fault) && may_cost(struck.mended, tick, interval));
}

}  // namespace

bool could_be_collected(TimePoint tick,
                        Milliseconds interval,
                        const std::vector<Struck>& struck,
                        const std::vector<Standstill>& standstills) {
    return std::none_of(
               struck.begin(), struck.end(), [&](const Struck& blow) { return excuses(blow, tick, interval); }) &&
           std::none_of(standstills.begin(), standstills.end(), [&](const Standstill& standstill) {
               return tick + interval >= standstill.from && tick <= standstill.to;
           });
}

}  // namespace watchtower::test
