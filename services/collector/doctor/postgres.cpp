#include <algorithm>
#include <cstdint>
#include <string>

#include "common/base/error.hpp"
#include "common/postgres/migrations.hpp"
#include "services/collector/doctor/checks.hpp"
#include "services/collector/doctor/clock.hpp"
#include "services/collector/store/migrations.hpp"
#include "services/collector/store/partitions.hpp"

namespace watchtower::collector::doctor {

namespace {

constexpr auto kUrlAdvice = "check DATABASE_URL, the server, its pg_hba.conf and the network between";
constexpr auto kMigrateAdvice = "start a collector of this version, or run watchtower-collector migrate";
constexpr int kOldestTried = 13;
constexpr std::int64_t kFullPercent = 80;

constexpr auto kWho =
    "select current_setting('server_version'), current_setting('server_version_num')::int, current_user";

constexpr auto kReadsOnly =
    "select pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean,"
    " coalesce(has_schema_privilege(current_schema(), 'create'), false)";

constexpr auto kMicroseconds = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";

constexpr auto kReaders =
    "select exists (select from pg_roles where rolname = 'watchtower_reader'),"
    " (select string_agg(relname, ', ' order by relname) from pg_class"
    "  join pg_roles on rolname = 'watchtower_reader'"
    "  where relname in ('worlds', 'snapshots', 'gameplay_metrics', 'player_current', 'alerts')"
    "  and relnamespace = current_schema()::regnamespace and not has_table_privilege(pg_roles.oid, pg_class.oid, "
    "'select'))";

constexpr auto kConnections =
    "select (select count(*) from pg_stat_activity where backend_type = 'client backend'),"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int";

constexpr auto kDurability =
    "select string_agg(name, ', ' order by name) from pg_settings"
    " where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'";

constexpr auto kSize = "select pg_size_pretty(pg_database_size(current_database()))";

constexpr auto kPartitions =
    "select relname from pg_class where relispartition and relnamespace = current_schema()::regnamespace";

constexpr auto kNewestTick = "select (extract(epoch from last_tick) * 1000)::bigint from worlds where world = $1";

pqxx::row one(postgres::Client& postgres, const char* question) {
    return postgres.read([&](pqxx::read_transaction& transaction) { return transaction.exec1(question); });
}

Outcome reach(postgres::Client& postgres) {
    const auto row = one(postgres, kWho);
    const int version = row[1].as<int>() / 10'000;
    const std::string what = postgres.location() + " is PostgreSQL " + row[0].as<std::string>() + ", and this is " +
                             row[2].as<std::string>();
    return version < kOldestTried ? warning(what, "nobody has tried a version before " + std::to_string(kOldestTried))
                                  : fine(what);
}

Outcome may_write(postgres::Client& postgres) {
    const auto row = one(postgres, kReadsOnly);
    if (row[0].as<bool>()) {
        return failed("a standby, which only reads",
                      "let DATABASE_URL name the primary (target_session_attrs=read-write)");
    }
    if (row[1].as<bool>()) {
        return failed("default_transaction_read_only is on",
                      "find out who set it: a full disk, an administrator, a role");
    }
    return row[2].as<bool>() ? fine("transactions may write, and make tables")
                             : failed("this role may not create tables, so neither migrate nor make partitions",
                                      "let the role own the database, or grant create on its schema");
}

TimePoint time_of(postgres::Client& postgres) {
    return TimePoint(Milliseconds(one(postgres, kMicroseconds)[0].as<std::int64_t>()));
}

Outcome schema(postgres::Client& postgres) {
    const int newest = migrations().back().version;
    const int version = postgres::schema_version(postgres);
    const std::string what = "version " + std::to_string(version);
    if (version > newest) {
        return warning(what + ", newer than this program's " + std::to_string(newest),
                       "use this program's newer release");
    }
    if (const auto pending = postgres::first_pending(postgres, migrations())) {
        return warning(
            what + ", migrations from " + std::to_string(*pending) + " to " + std::to_string(newest) + " pending",
            kMigrateAdvice);
    }
    return fine(what + ", nothing pending");
}

Outcome readers(postgres::Client& postgres) {
    const auto row = one(postgres, kReaders);
    if (!row[0].as<bool>()) {
        return warning("there is no role watchtower_reader",
                       "make it for gateway, exporter and publisher, or let them use this one");
    }
    return row[1].is_null() ? fine("watchtower_reader may read")
                            : failed("watchtower_reader may not read " + row[1].as<std::string>(),
                                     "select grant_to_readers(); as the tables' owner, or start a collector");
}

Outcome partitions(postgres::Client& postgres) {
    const auto rows = postgres.read([](pqxx::read_transaction& transaction) { return transaction.exec(kPartitions); });
    std::string missing;
    const TimePoint now = SystemClock().now();
    for (const TimePoint time : {now, now + std::chrono::days(1)}) {
        for (const std::string table : kTablesByDay) {
            const std::string name = table + "_" + day_of(time).suffix;
            const auto is_it = [&name](const pqxx::row& row) { return row[0].as<std::string>() == name; };
            if (std::none_of(rows.begin(), rows.end(), is_it)) {
                missing += (missing.empty() ? "" : ", ") + name;
            }
        }
    }
    return missing.empty()
               ? fine("those of today and tomorrow are there")
               : warning("missing: " + missing, "a collector makes them with its next tick: is one running?");
}

Outcome connections(postgres::Client& postgres) {
    const auto row = one(postgres, kConnections);
    const auto used = row[0].as<std::int64_t>();
    const auto most = row[1].as<std::int64_t>();
    const std::string what = std::to_string(used) + " of " + std::to_string(most) + " in use";
    return used * 100 > most * kFullPercent ? warning(what, "raise max_connections, or run fewer replicas")
                                            : fine(what);
}

Outcome durability(postgres::Client& postgres) {
    const auto row = one(postgres, kDurability);
    return row[0].is_null()
               ? fine("what is committed is on its disk")
               : warning("off: " + row[0].as<std::string>(), "what is committed may be lost in a crash: set to on");
}

Outcome size(postgres::Client& postgres) {
    return fine("the database has " + one(postgres, kSize)[0].as<std::string>() +
                "; how much its disk has left, SQL does not tell");
}

Outcome newest_tick(postgres::Client& postgres, const std::string& world, Milliseconds interval) {
    constexpr auto kAdvice = "start a collector; its log tells what keeps it";
    if (postgres::schema_version(postgres) == 0) {
        return warning("nothing was ever stored", kAdvice);
    }
    const auto rows =
        postgres.read([&](pqxx::read_transaction& transaction) { return transaction.exec_params(kNewestTick, world); });
    if (rows.empty() || rows[0][0].is_null()) {
        return warning("nothing was ever stored", kAdvice);
    }
    const TimePoint tick{Milliseconds(rows[0][0].as<std::int64_t>())};
    const std::string what = "the newest tick is of " + to_rfc3339(tick);
    return SystemClock().now() - tick > 2 * interval
               ? warning(what, "nobody collects: see owner, and the collectors' logs")
               : fine(what);
}

}  // namespace

std::vector<Check> postgres_checks(postgres::Client& postgres, const Options& options) {
    const auto check = [&postgres](const char* name, Outcome (*look)(postgres::Client&), const char* advice) {
        return Check{std::string("postgres") + name, [&postgres, look] { return look(postgres); }, advice};
    };
    std::vector<Check> checks = {
        check("", reach, kUrlAdvice),
        check(" writing", may_write, kUrlAdvice),
        {"postgres clock",
         [&] { return compare_clock("PostgreSQL's", [&] { return time_of(postgres); }); },
         kUrlAdvice},
        check(" schema", schema, "the database is another program's, or its migrations were changed: restore a backup"),
        check(" readers", readers, kUrlAdvice),
        check(" partitions", partitions, kMigrateAdvice),
        check(" connections", connections, kUrlAdvice),
        check(" durability", durability, kUrlAdvice),
        check(" size", size, kUrlAdvice)};
    for (const World& world : options.worlds) {
        checks.push_back({"ticks of " + world.name,
                          [&] { return newest_tick(postgres, world.name, options.interval); },
                          kMigrateAdvice});
    }
    return checks;
}

}  // namespace watchtower::collector::doctor
