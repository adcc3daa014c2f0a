#pragma once

#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/configuration.hpp"
#include "common/base/dependency.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"

namespace watchtower::world_state {

/// Where the servers are; the role in the default is the readers'.
struct StoreOptions {
    std::string database_url = "postgresql://watchtower_reader@127.0.0.1:5432/watchtower";
    std::string redis_url = "redis://127.0.0.1:6379/0";
    std::string nats_url = "nats://127.0.0.1:4222";
    std::string nats_creds_file = {};
    std::string nats_ca_file = {};
};

/// Declares them with their checks. `options` must outlive configuration.read.
void declare(Configuration& configuration, StoreOptions& options);

/// The clients of such a process, with timeouts so short that one look at the states is never held up for long.
struct Stores {
    /// Connects to nothing yet. `program` is how the servers see this process ("watchtower-exporter"). Throws BadInput
    /// for a URL that cannot be read.
    Stores(const StoreOptions& options, const std::string& program);

    [[nodiscard]] Dependencies dependencies() const { return {postgres_dependency, redis_dependency, nats_dependency}; }

    std::shared_ptr<Dependency> postgres_dependency = std::make_shared<Dependency>("postgres");
    std::shared_ptr<Dependency> redis_dependency = std::make_shared<Dependency>("redis");
    std::shared_ptr<Dependency> nats_dependency = std::make_shared<Dependency>("nats");
    postgres::Client postgres;
    redis::Client redis;
    nats::Client nats;
};

}  // namespace watchtower::world_state
