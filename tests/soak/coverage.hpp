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

/// From when an owner is lost, or who may own a world changes, until another one has loaded it and begins its tick.
inline constexpr Milliseconds kTakeover{500};

/// How long a tick is in its owner's hands alone: read and not yet stored.
inline constexpr Milliseconds kInHand{200};

/// How long nobody takes a world that is free after Redis came back with nothing, so that owners come first.
inline constexpr Milliseconds kSettling{3'000};

/// Whether the tick of `interval` must be in `snapshots`. It need not be
/// - when a collector was killed or frozen, or Redis or the link to it was lost: the one tick that was in hand then, or
///   whose last tenth had begun when the takeover was over. That window is shorter than an interval: at most one tick;
/// - when Redis or the link to it is back: the same; who loses an owner within kSettling is taken over at its end;
/// - while two things are wrong at once, until all is well again and a takeover longer;
/// - while the machine stood still.
/// All the rest stops no tick: neither an orderly end of a collector nor its return, neither PostgreSQL nor NATS nor
/// the game nor a reader, nor the network to them.
[[nodiscard]] bool could_be_collected(TimePoint tick,
                                      Milliseconds interval,
                                      const std::vector<Struck>& struck,
                                      const std::vector<Standstill>& standstills);

}  // namespace watchtower::test
