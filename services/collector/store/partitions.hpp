#pragma once

#include <array>
#include <set>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::collector {

/// What ticks are stored into: a partition for each UTC day.
inline constexpr std::array kTablesByDay = {"snapshots", "gameplay_metrics", "player_activity", "event_metrics"};

/// What outlives the ticks: a partition for each UTC month.
inline constexpr std::array kTablesByMonth = {"gameplay_hourly", "player_daily"};

/// [begin, end) and how partitions of it are called.
struct Period {
    TimePoint begin;
    TimePoint end;
    std::string suffix;  ///< "20251208" of a day, "202512" of a month
};

[[nodiscard]] Period day_of(TimePoint time);
[[nodiscard]] Period month_of(TimePoint time);

/// Makes a table's partition of a period where it is missing. Does not hold up who reads or writes the table; any
/// number of processes may do it at once, one after the other until their transactions end. True when it was missing.
bool make_partition(pqxx::work& transaction, const std::string& table, const Period& period);

/// The partitions that ticks are stored into. One thread at a time.
class DayPartitions {
public:
    /// Makes those of the tick's day and of the next one where they are missing. Throws as postgres::Client does.
    void ensure(postgres::Client& postgres, TimePoint tick);

    /// In the transaction that stores the tick, first of all: keeps retention from dropping an old tick's partitions
    /// until the transaction ends. Throws Unavailable when they are gone since ensure, which makes them again.
    void hold(pqxx::work& transaction, TimePoint tick) const;

private:
    std::set<TimePoint> days_;  ///< whose partitions are known to exist
};

}  // namespace watchtower::collector
