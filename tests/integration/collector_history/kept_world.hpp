#pragma once

#include <string>

#include <gtest/gtest.h>

#include "services/collector/history/retention.hpp"
#include "services/collector/history/roll_up.hpp"
#include "services/collector/store/partitions.hpp"
#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"

namespace watchtower::collector::history::test {

/// "2025-12-08T12:34:00Z", or a day or minute alone: "2025-12-08", "2025-12-08 12:34".
inline TimePoint time(std::string text) {
    if (text.find(' ') == std::string::npos) {
        text += " 00:00";
    }
    text[text.find(' ')] = 'T';
    return parse_rfc3339(text + ":00Z");
}

/// A database as a collector keeps it, and a test that stores what it wants.
class KeptWorlds : public testing::Test {
protected:
    KeptWorlds() {
        Store::migrate(client_);
        Store(client_).register_worlds({"default", "other"}, time("2025-12-08"));
    }

    /// A tick of a world with a snapshot, and one metric's value; others by metric().
    void tick(const std::string& at, const std::string& value = "1", const std::string& world = "default") {
        DayPartitions().ensure(client_, time(at));
        const std::string key = "'" + world + "', '" + to_rfc3339(time(at)) + "'";
        run("insert into snapshots values (" + key + ", '" + to_rfc3339(time(at)) + "', '{}', '{}')");
        run("insert into gameplay_metrics values (" + key + ", 'actions', " + value + ")");
        run("update worlds set last_tick = '" + to_rfc3339(time(at)) + "' where world = '" + world + "'");
    }

    void metric(const std::string& at, const std::string& name, const std::string& value) {
        run("insert into gameplay_metrics values ('default', '" + to_rfc3339(time(at)) + "', '" + name + "', " + value +
            ")");
    }

    /// A change of a player at a tick: it has `gold` now, `added` actions and 0.5 of spice spent more than before.
    void change(const std::string& at, const std::string& player, int added, const std::string& gold) {
        DayPartitions().ensure(client_, time(at));
        run("insert into player_activity values ('default', '" + player + "', '" + to_rfc3339(time(at)) +
            "', 2, 100, " + std::to_string(added) + ", 1, " + gold + ", 5, " + gold + ", 0, 0, 0.5, 3, 4)");
    }

    /// As the collector's role, which is quicker than a connection for each statement.
    void run(const std::string& sql) {
        client_.transaction([&sql](pqxx::work& transaction) { transaction.exec(sql); });
    }
    std::string ask(const std::string& sql) { return server_.ask(sql); }

    /// "2025-12-08 12:00 12:59 7, …" of a metric's hours.
    std::string hours_of(const std::string& metric) {
        return ask(
            "select string_agg(to_char(hour at time zone 'utc', 'YYYY-MM-DD HH24:MI ') ||"
            " to_char(tick at time zone 'utc', 'HH24:MI ') || value, ', ' order by hour)"
            " from gameplay_hourly where world = 'default' and metric = '" +
            metric + "'");
    }

    std::string days_of(const std::string& player) {
        return ask(
            "select string_agg(to_char(day at time zone 'utc', 'MM-DD ') || to_char(tick at time zone 'utc',"
            " 'HH24:MI ') || actions_added || ' ' || gold || ' ' || gold_collected || ' ' || spice_spent || ' ' ||"
            " nomads_created, ', ' order by day) from player_daily where player_id = '" +
            player + "'");
    }

    bool is_there(const std::string& table) { return ask("select to_regclass('" + table + "')") == table; }

    watchtower::test::PostgresServer server_;
    postgres::Client client_{{.url = server_.url(), .connections = 2}};
};

}  // namespace watchtower::collector::history::test
