#pragma once

#include <vector>

#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "services/collector/doctor/finding.hpp"
#include "services/collector/options.hpp"
#include "services/collector/source/worlds.hpp"

/// What there is to look at. The checks keep references to their arguments. None changes anything that lasts; each ends
/// by its client's deadlines.
namespace watchtower::collector::doctor {

/// Reaching it, writing, clock, schema, rights, partitions, connections, durability, size, and each world's newest
/// tick.
[[nodiscard]] std::vector<Check> postgres_checks(postgres::Client& postgres, const Options& options);

/// Reaching it, writing, clock, what outlives a crash, memory, and each world's owner and waiting ticks.
[[nodiscard]] std::vector<Check> redis_checks(redis::Client& redis, const Options& options);

/// Reaching it, JetStream and the stream's settings, and whether the newest document of `postgres` fits into a message.
[[nodiscard]] std::vector<Check> nats_checks(nats::Client& nats, postgres::Client& postgres);

/// Reads all sections of a world at once, with the collector's own parser, and compares the game's clock.
[[nodiscard]] Findings game_findings(const World& world, const Options& options);

}  // namespace watchtower::collector::doctor
