#include "services/collector/migrate/command.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

#include "common/base/backoff.hpp"
#include "common/base/configuration.hpp"
#include "common/base/log.hpp"
#include "common/postgres/migrations.hpp"
#include "services/collector/options.hpp"
#include "services/collector/store/store.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kProgram = "watchtower-collector migrate";

/// How long the server is waited for. A migration itself may take longer.
constexpr std::chrono::minutes kPatience{5};

/// Throws Unavailable after kPatience, Error when trying again cannot help.
void migrate(postgres::Client& postgres) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    Backoff backoff(Milliseconds(200), Milliseconds(5'000));
    for (;;) {
        try {
            Store::migrate(postgres);
            return;
        } catch (const Unavailable& error) {
            if (std::chrono::steady_clock::now() >= end) {
                throw;
            }
            log::warn("postgres_not_there", {{"error", error.what()}});
            std::this_thread::sleep_for(backoff.next());
        }
    }
}

}  // namespace

int migrate_command(int argc, char** argv) {
    Options options;
    Configuration configuration(kProgram, "Brings the database to this version's schema and ends.");
    declare(configuration, options);
    if (const auto code = configuration.read(argc, argv)) {
        return *code;
    }
    log::start(options.log);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        postgres::Client postgres({.url = options.stores.database_url, .application_name = kProgram});
        migrate(postgres);
        log::info("migrated", {{"version", postgres::schema_version(postgres)}});
        return 0;
    } catch (const std::exception& error) {
        log::error("not_migrated", {{"error", error.what()}});
        return 1;
    }
}

}  // namespace watchtower::collector
