#include "common/world_state/stores.hpp"

#include "common/nats/url.hpp"
#include "common/postgres/target.hpp"
#include "common/redis/url.hpp"

namespace watchtower::world_state {

namespace {

constexpr Milliseconds kRedisTimeout{1'000};
constexpr Milliseconds kPostgresDeadline{4'000};
constexpr Milliseconds kPostgresConnectTimeout{2'000};

postgres::Options postgres_options(const StoreOptions& options, const std::string& program) {
    postgres::Options result;
    result.url = options.database_url;
    result.application_name = program;
    result.deadline = kPostgresDeadline;
    result.statement_timeout = kPostgresDeadline;
    result.connect_timeout = kPostgresConnectTimeout;
    return result;
}

nats::Options nats_options(const StoreOptions& options, const std::string& program) {
    nats::Options result;
    result.url = options.nats_url;
    result.creds_file = options.nats_creds_file;
    result.ca_file = options.nats_ca_file;
    result.name = program;
    return result;
}

}  // namespace

void declare(Configuration& configuration, StoreOptions& options) {
    configuration.secret("DATABASE_URL", options.database_url, "PostgreSQL, as a libpq URI");
    configuration.secret("REDIS_URL", options.redis_url, "redis://[user:password@]host:port/db or unix:///path");
    configuration.secret("NATS_URL", options.nats_url, "NATS servers, separated by commas");
    configuration.text("NATS_CREDS_FILE", options.nats_creds_file, "file with a NATS user's JWT and seed");
    configuration.text("NATS_CA_FILE", options.nats_ca_file, "certificates to trust for NATS; asks for TLS");
    configuration.check([&options] { const postgres::Target target(options.database_url); });
    configuration.check([&options] { (void)redis::parse_url(options.redis_url); });
    configuration.check([&options] { (void)nats::parse_servers(options.nats_url); });
}

Stores::Stores(const StoreOptions& options, const std::string& program)
    : postgres(postgres_options(options, program), postgres_dependency),
      redis({.url = options.redis_url, .connect_timeout = kRedisTimeout, .timeout = kRedisTimeout}, redis_dependency),
      nats(nats_options(options, program), nats_dependency) {}

}  // namespace watchtower::world_state
