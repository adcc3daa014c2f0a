#include "services/collector/history/retention.hpp"

#include <array>

namespace watchtower::collector::history {

namespace {

using std::chrono::days;
using std::chrono::hours;

/// A lock that is not to be had at once often is a moment later.
constexpr int kAttempts = 3;

/// A partition's bounds as PostgreSQL keeps them, oldest first; one for everything else (DEFAULT) has none.
constexpr auto kPastPartitions =
    "select partition, begins, ends from (select c.oid::regclass::text as partition,"
    " (regexp_match(bounds, 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz as begins,"
    " (regexp_match(bounds, 'TO \\(''([^'']+)''\\)'))[1]::timestamptz as ends"
    " from pg_inherits i join pg_class c on c.oid = i.inhrelid, pg_get_expr(c.relpartbound, c.oid) as bounds"
    " where i.inhparent = $1::regclass and not i.inhdetachpending) p where ends <= $2 order by ends";

constexpr auto kIsStillThere =
    "select exists (select from pg_inherits where inhparent = $1::regclass and inhrelid = to_regclass($2))";

/// Whether a world has ticks in [$1, $2) that are not rolled up.
constexpr auto kIsNeededByHours =
    "select exists (select from worlds w left join rollups r on r.world = w.world where w.last_tick >= $1"
    " and coalesce(r.hourly_tick, '-infinity') < least(w.last_tick, $2::timestamptz - interval '1 millisecond'))";
constexpr auto kIsNeededByDays =
    "select exists (select from worlds w left join rollups r on r.world = w.world where w.last_tick >= $1"
    " and coalesce(r.daily_tick, '-infinity') < least(w.last_tick, $2::timestamptz - interval '1 millisecond'))";

/// A partition in which only the last snapshots of worlds are left.
constexpr auto kHasLastTicks = "select exists (select from worlds where last_tick >= $1 and last_tick < $2)";
constexpr auto kIsLastOfWorld = " exists (select from worlds w where w.world = s.world and w.last_tick = s.tick)";

struct Partition {
    std::string table;
    std::string name;
    std::string begins;
    std::string ends;
};

struct Rule {
    const char* table;
    hours age;
    const char* is_needed;  ///< a question about [begins, ends); null: nothing needs it
};

enum class Outcome { dropped, emptied, put_off, gone, nothing_to_do };

/// Somebody reads the table.
class InUse : public Error {
public:
    using Error::Error;
};

bool ask(pqxx::work& transaction, const std::string& question, const Partition& partition) {
    return transaction.exec_params1(question, partition.begins, partition.ends)[0].as<bool>();
}

/// DROP needs this lock on the whole table. Who comes to the table meanwhile waits behind us.
void lock_table(pqxx::work& transaction, const Partition& partition) {
    constexpr auto kLockNotAvailable = "55P03";
    transaction.exec0("set local lock_timeout = " + std::to_string(kLockTimeout.count()));
    try {
        transaction.exec0("lock table only " + partition.table + ", " + partition.name + " in access exclusive mode");
    } catch (const pqxx::sql_error& e) {
        if (e.sqlstate() != kLockNotAvailable) {
            throw;
        }
        throw InUse("retention: " + partition.name + ": in use");
    }
}

Outcome drop(pqxx::work& transaction, const Partition& partition, const char* is_needed) {
    if (is_needed != nullptr && ask(transaction, is_needed, partition)) {
        return Outcome::put_off;
    }
    lock_table(transaction, partition);
    // Another tick may have come in before we had the lock.
    if (is_needed != nullptr && ask(transaction, is_needed, partition)) {
        return Outcome::put_off;
    }
    transaction.exec0("drop table " + partition.name);
    return Outcome::dropped;
}

/// Deleting rows would leave their room taken: what is needed of the partition goes into a new one.
Outcome drop_snapshots(pqxx::work& transaction, const Partition& partition) {
    if (!ask(transaction, kHasLastTicks, partition)) {
        return drop(transaction, partition, kHasLastTicks);
    }
    const std::string rows = " from " + partition.name + " s where";
    if (!transaction.exec1("select exists (select" + rows + " not" + kIsLastOfWorld + ")")[0].as<bool>()) {
        return Outcome::nothing_to_do;
    }
    lock_table(transaction, partition);
    transaction.exec0("create temporary table last_snapshots on commit drop as select s.*" + rows + kIsLastOfWorld);
    transaction.exec0("drop table " + partition.name);
    transaction.exec0("create table " + partition.name + " partition of " + partition.table + " for values from ('" +
                      partition.begins + "') to ('" + partition.ends + "')");
    transaction.exec0("insert into " + partition.name + " select * from last_snapshots");
    return Outcome::emptied;
}

Outcome retire_partition(postgres::Client& postgres, const Partition& partition, const char* is_needed) {
    return postgres.transaction([&](pqxx::work& transaction) {
        const bool is_there = transaction.exec_params1(kIsStillThere, partition.table, partition.name)[0].as<bool>();
        if (!is_there) {
            return Outcome::gone;
        }
        return partition.table == "snapshots" ? drop_snapshots(transaction, partition)
                                              : drop(transaction, partition, is_needed);
    });
}

std::vector<Partition> past_partitions(postgres::Client& postgres, const std::string& table, TimePoint end) {
    return postgres.read([&](pqxx::read_transaction& transaction) {
        std::vector<Partition> found;
        for (const auto& row : transaction.exec_params(kPastPartitions, table, to_rfc3339(end))) {
            found.push_back({table, row[0].c_str(), row[1].c_str(), row[2].c_str()});
        }
        return found;
    });
}

void note(Retired& retired, const Partition& partition, Outcome outcome) {
    switch (outcome) {
        case Outcome::dropped:
            retired.dropped.push_back(partition.name);
            break;
        case Outcome::emptied:
            retired.emptied.push_back(partition.name);
            break;
        case Outcome::put_off:
            retired.put_off.push_back(partition.name);
            break;
        case Outcome::gone:
        case Outcome::nothing_to_do:
            break;
    }
}

/// True when it was not in use.
bool try_to_retire(postgres::Client& postgres, const Partition& partition, const char* is_needed, Retired& retired) {
    try {
        note(retired, partition, retire_partition(postgres, partition, is_needed));
        return true;
    } catch (const InUse&) {  // told in the result
        return false;
    }
}

}  // namespace

void declare(Configuration& configuration, Retention& retention) {
    constexpr std::int64_t kMostDays = 36'500;
    configuration.integer(
        "RETENTION_PLAYER_DAYS", retention.player_days, 1, kMostDays, "that the changes of each player are kept");
    configuration.integer(
        "RETENTION_RAW_DAYS", retention.raw_days, 1, kMostDays, "that the totals of every tick are kept");
    configuration.integer(
        "RETENTION_ROLLUP_DAYS", retention.rollup_days, 1, kMostDays, "that hourly totals and daily players are kept");
    configuration.integer("RETENTION_DOCUMENT_HOURS",
                          retention.document_hours,
                          1,
                          kMostDays * 24,
                          "that the documents of every tick are kept");
}

Retired retire(postgres::Client& postgres, TimePoint now, const Retention& retention, const std::stop_token& stop) {
    const std::array rules = {
        Rule{"snapshots", hours(retention.document_hours), nullptr},
        Rule{"player_activity", days(retention.player_days), kIsNeededByDays},
        Rule{"gameplay_metrics", days(retention.raw_days), kIsNeededByHours},
        Rule{"event_metrics", days(retention.raw_days), nullptr},
        Rule{"gameplay_hourly", days(retention.rollup_days), nullptr},
        Rule{"player_daily", days(retention.rollup_days), nullptr},
    };
    Retired retired;
    for (const Rule& rule : rules) {
        for (const Partition& partition : past_partitions(postgres, rule.table, now - rule.age)) {
            bool done = false;
            for (int attempt = 0; attempt < kAttempts && !done && !stop.stop_requested(); ++attempt) {
                done = try_to_retire(postgres, partition, rule.is_needed, retired);
            }
            if (!done && !stop.stop_requested()) {
                retired.in_use.push_back(partition.name);
            }
        }
    }
    return retired;
}

}  // namespace watchtower::collector::history
