#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "common/base/clock.hpp"
#include "proto-json/state.hpp"
#include "tests/support/postgres_server.hpp"

namespace watchtower::test {

/// Makes the collector's tables from its migration file, each with one partition for all times, readable for
/// watchtower_reader.
inline void make_game_tables(const PostgresServer& server, const std::string& migration_file) {
    std::ifstream file(migration_file);
    std::stringstream sql;
    sql << file.rdbuf();
    if (sql.str().empty()) {
        throw std::runtime_error("cannot read " + migration_file);
    }
    server.run(sql.str());
    for (const std::string table : {"snapshots", "gameplay_metrics", "player_activity", "event_metrics"}) {
        server.run("create table " + table + "_all partition of " + table + " default");
    }
    server.run("grant usage on schema public to watchtower_reader");
    server.run("grant select on all tables in schema public to watchtower_reader");
}

/// Stores a state as the collector would: the world's row and its snapshot.
inline void store_state(const PostgresServer& server, const proto::State& state, int position = 0) {
    const std::string tick = "'" + to_rfc3339(state.tick) + "'";
    server.run("insert into worlds (world, position, simulated, first_seen, last_tick) values ('" + state.world +
               "', " + std::to_string(position) + ", " + (state.simulated ? "true" : "false") + ", " + tick + ", " +
               tick + ") on conflict (world) do update set last_tick = excluded.last_tick");
    server.run("insert into snapshots (world, tick, \"timestamp\", state, document) values ('" + state.world + "', " +
               tick + ", '" + to_rfc3339(state.timestamp) + "', $state$" + proto::encode(state) +
               "$state$, $document$" + proto::encode(state.document) + "$document$)");
}

}  // namespace watchtower::test
