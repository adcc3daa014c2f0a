#pragma once

#include <cstdint>

#include "proto-json/state.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"

namespace watchtower::test {

/// The three servers that processes share, and a test in the collector's place: it stores states as a collector does.
/// PostgreSQL has the product's tables and none of its rows.
class WorldStores {
public:
    WorldStores();

    /// Into PostgreSQL, as a tick's transaction does.
    void store(const proto::State& state, std::int64_t position = 0) const;
    /// Into Redis.
    void put(const proto::State& state, std::int64_t position = 0) const;
    /// Over NATS: "there is a new state".
    void announce(const proto::State& state) const;

    /// What the readers' role uses.
    [[nodiscard]] std::string reader_url() const { return postgres.url("watchtower", "watchtower_reader"); }

    PostgresServer postgres;
    RedisServer redis;
    NatsServer nats;
};

}  // namespace watchtower::test
