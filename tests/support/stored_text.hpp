#pragma once

#include <string>

#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"

/// All that a server has stored, as text to look for something that must not be there.
namespace watchtower::test {

/// The database `watchtower` as pg_dump writes it.
[[nodiscard]] std::string everything_in(const PostgresServer& postgres);

/// Every key of database 0 with its values.
[[nodiscard]] std::string everything_in(const RedisServer& redis);

}  // namespace watchtower::test
