#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/configuration.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::collector::history {

/// How long what is kept. Whole partitions go, so each stays up to a day longer (roll-ups up to a month).
struct Retention {
    std::int64_t player_days = 7;      ///< player_activity
    std::int64_t raw_days = 30;        ///< gameplay_metrics, event_metrics
    std::int64_t rollup_days = 400;    ///< gameplay_hourly, player_daily
    std::int64_t document_hours = 24;  ///< snapshots
};

/// Declares RETENTION_PLAYER_DAYS, RETENTION_RAW_DAYS, RETENTION_ROLLUP_DAYS and RETENTION_DOCUMENT_HOURS.
void declare(Configuration& configuration, Retention& retention);

/// What retention did, by the names of partitions.
struct Retired {
    std::vector<std::string> dropped;
    std::vector<std::string> emptied;  ///< of snapshots: only the last ones of worlds are left in it
    std::vector<std::string> put_off;  ///< holds what is not rolled up yet
    std::vector<std::string> in_use;   ///< readers did not leave a gap; the next call tries again
};

/// Drops the partitions that ended longer ago than the retention. Raw rows stay until they are rolled up, and so does
/// the snapshot of each world's last tick, whatever its age: a collector that starts reads its totals there.
///
/// Each partition has a transaction of its own, which waits for a table's readers kLockTimeout at most and keeps new
/// ones waiting no longer than that. `stop` ends it between two of them. May be repeated, by any number of processes
/// at once. Throws as postgres::Client does; what was dropped stays dropped.
Retired retire(postgres::Client& postgres, TimePoint now, const Retention& retention, const std::stop_token& stop = {});

inline constexpr Milliseconds kLockTimeout{300};

}  // namespace watchtower::collector::history
