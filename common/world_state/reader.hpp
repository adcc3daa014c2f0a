#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <prometheus/registry.h>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/world_state/freshness.hpp"
#include "common/world_state/reader_metrics.hpp"
#include "common/world_state/source.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::world_state {

/// Looks into the two stores and keeps the newest state of each world. The first store is asked at every look; the
/// second one when the first is away, does not know the worlds (none, or not the first of them), lacks a world's state,
/// has one that cannot be read, or has only one that is older than two intervals, and every 10 s in any case, so that
/// it is known whether it could help. A world's tick never goes back. A world goes when both stores have answered in
/// one look and neither lists it. One thread at a time.
class Reader {
public:
    using Shown = std::shared_ptr<const Worlds>;

    /// `changed` is called from look with what is to be shown from now on: after a new state or world, and when time
    /// alone changes how a state is shown (Freshness). The sources and the clock must outlive the reader.
    Reader(StateSource& first,
           StateSource& second,
           const Clock& clock,
           prometheus::Registry& registry,
           std::function<void(const Shown&)> changed);

    /// Reads what is newer. Throws nothing of the sources: what they throw is counted, and logged when it is new.
    void look();

    /// When the next look is due although nothing may have been stored: nothing when never.
    [[nodiscard]] std::optional<TimePoint> next_change() const;

private:
    struct Source {
        StateSource& store;
        ReaderMetrics::Source counters;
        std::string last_complaint;
    };
    struct Held {
        std::int64_t position = 0;
        std::shared_ptr<const proto::State> state;
        Freshness freshness;           ///< as shown
        std::array<bool, 2> listed{};  ///< by source, when that last answered
        /// Ticks of states that could not be read, by source: not read again.
        std::array<std::optional<TimePoint>, 2> refused;
    };

    bool look_into(std::size_t source);
    void take(std::size_t source, const std::string& name, Held& world);
    void complain(Source& source, const std::string& why);
    [[nodiscard]] bool needs_second(bool first_answered) const;
    void drop_unlisted();
    void show();

    const Clock& clock_;
    std::function<void(const Shown&)> changed_;
    ReaderMetrics metrics_;
    std::array<Source, 2> sources_;
    std::map<std::string, Held> held_;
    bool dirty_ = false;  ///< something to show beside a changed freshness
    Backoff second_backoff_;
    TimePoint second_not_before_;
    TimePoint second_routine_;
};

}  // namespace watchtower::world_state
