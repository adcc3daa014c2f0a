#pragma once

#include <vector>

#include "common/base/clock.hpp"
#include "tests/soak/fault_plan.hpp"

namespace watchtower::test {

/// A blow that was struck.
struct Struck {
    Blow blow;
    TimePoint from;    ///< its first harm
    TimePoint mended;  ///< the last harm was taken back
    TimePoint well;    ///< nothing was wrong any more
};

/// Time that counts for nothing: the machine itself stood still.
struct Standstill {
    TimePoint from;
    TimePoint to;
};

/// How long a world may be without an owner after its owner was lost, or after who may own it has changed.
inline constexpr Milliseconds kTakeover{2'000};

/// Whether the tick of `interval` must be in `snapshots`. It need not be
/// - from the loss of a collector, or of Redis or the link to it, for as long as another one takes to take over; the
///   same once it is back;
/// - while two things are wrong at once, until all is well again and as long afterwards;
/// - while the machine stood still.
/// All the rest stops no tick: neither PostgreSQL nor NATS nor the game nor a reader, nor the network to them.
[[nodiscard]] bool could_be_collected(TimePoint tick,
                                      Milliseconds interval,
                                      const std::vector<Struck>& struck,
                                      const std::vector<Standstill>& standstills);

}  // namespace watchtower::test
