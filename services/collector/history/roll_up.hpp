#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::collector::history {

/// Makes the partitions that are needed until tomorrow ends, by day, and until next month ends, by month, and gives
/// the readers' role its rights where it has come since. Returns how many partitions were missing. May be repeated, by
/// any number of processes at once. Throws as postgres::Client does.
std::int64_t make_partitions(postgres::Client& postgres, TimePoint now);

/// What a roll-up did.
struct RolledUp {
    std::int64_t hourly_rows = 0;  ///< of gameplay_hourly, made or made anew
    std::int64_t daily_rows = 0;   ///< the same of player_daily
    std::int64_t transactions = 0;
};

/// Rolls up what a world stored in hours and days that had ended at `now`: the last value of each metric and hour into
/// gameplay_hourly, each player's day into player_daily. Goes on where table rollups says the last one ended, in
/// transactions of at most a day; `stop` ends it between two of them.
///
/// A world's ticks are stored in their order, so whatever comes late (out of an outbox) is newer than what is rolled
/// up and the next call adds it, to an hour or day that is there already as well. Repeated calls do nothing; of several
/// at once each part is done by one. Raw rows are only read. Throws as postgres::Client does; what was done stays.
RolledUp roll_up(postgres::Client& postgres, const std::string& world, TimePoint now, const std::stop_token& stop = {});

}  // namespace watchtower::collector::history
