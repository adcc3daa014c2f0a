#pragma once

#include <set>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::collector {

/// The partitions that ticks are stored into, one a day and table. Any number of collectors may make them at once. One
/// thread at a time.
class DayPartitions {
public:
    /// Makes those of the tick's day and of the next one where they are missing; asks the database once for each day.
    /// Throws as postgres::Client does.
    void ensure(postgres::Client& postgres, TimePoint tick);

private:
    std::set<TimePoint> days_;  ///< whose partitions are known to exist
};

}  // namespace watchtower::collector
