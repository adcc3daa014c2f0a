#include "services/collector/erasure/command.hpp"

#include <array>
#include <csignal>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/postgres/migrations.hpp"
#include "services/collector/erasure/erase_player.hpp"
#include "services/collector/options.hpp"

namespace watchtower::collector {

namespace {

constexpr auto kProgram = "watchtower-collector erase-player";

/// What other transactions may hold us up: a store of a large tick, a roll-up.
constexpr Milliseconds kDeadline{120'000};

/// The migration that made the newest of the tables that are erased in.
constexpr int kLeastSchema = 7;

struct CommandOptions {
    Options collector;  ///< as the service's, so that its configuration does for this command
    std::string world;
    std::string player;
};

std::optional<int> read_options(int argc, char** argv, CommandOptions& options) {
    Configuration configuration(
        kProgram, "Erases a player from PostgreSQL and Redis, for good; docs/erasure.md says what is kept.");
    configuration.text("WORLD", options.world, "the player's world");
    configuration.secret("PLAYER", options.player, "the player's id; - reads it from standard input");
    declare(configuration, options.collector);
    configuration.check([&options] {
        if (options.world.empty()) {
            throw BadInput("WORLD: must be given");
        }
        if (options.player.empty()) {
            throw BadInput("PLAYER: must be given");
        }
    });
    return configuration.read(argc, argv);
}

std::string read_standard_input() {
    std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    for (const char end : {'\n', '\r'}) {
        if (text.ends_with(end)) {
            text.pop_back();
        }
    }
    return text;
}

void check_schema(postgres::Client& postgres) {
    if (postgres::schema_version(postgres) < kLeastSchema) {
        throw Error("postgres " + postgres.location() + ": the schema is older than this program: start its collector");
    }
}

/// `name: value` lines.
void print(const std::string& world, const Erasure& erasure) {
    const char* result = erasure.found() ? "erased" : "nothing to erase";
    std::cout << "world: " << world << "\nresult: " << (erasure.redis_error ? "not in Redis yet" : result)
              << "\nerased_before: " << (erasure.erased_before ? "yes" : "no") << "\n";
    const std::array<std::pair<const char*, std::uint64_t>, 6> rows = {{{"player_current", erasure.current},
                                                                        {"player_activity", erasure.activity},
                                                                        {"player_daily", erasure.daily},
                                                                        {"suspects", erasure.suspects},
                                                                        {"list_entries", erasure.list_entries},
                                                                        {"snapshots", erasure.snapshots}}};
    for (const auto& [table, count] : rows) {
        std::cout << table << ": " << count << "\n";
    }
    if (erasure.redis_error) {
        std::cout << "redis: not cleaned\n";
        std::cerr << kProgram << ": PostgreSQL is clean, Redis is not: run this again when Redis is back ("
                  << *erasure.redis_error << ")\n";
    } else {
        std::cout << "redis: " << (erasure.in_redis ? "cleaned" : "clean")
                  << "\nwaiting_ticks: " << erasure.waiting_ticks << "\n";
    }
}

}  // namespace

int erase_player_command(int argc, char** argv) {
    CommandOptions options;
    if (const auto code = read_options(argc, argv, options)) {
        return *code;
    }
    log::start(options.collector.log);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const std::string player = options.player == "-" ? read_standard_input() : options.player;
        postgres::Client postgres({.url = options.collector.stores.database_url,
                                   .application_name = "watchtower-collector erase-player",
                                   .deadline = kDeadline,
                                   .statement_timeout = kDeadline});
        redis::Client redis({.url = options.collector.stores.redis_url});
        check_schema(postgres);
        const Erasure erasure = erase_player(postgres, redis, options.world, player);
        print(options.world, erasure);
        return erasure.redis_error ? 1 : 0;
    } catch (const BadInput& error) {
        std::cerr << kProgram << ": " << error.what() << "\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << kProgram << ": not done, run it again: " << error.what() << "\n";
        return 1;
    }
}

}  // namespace watchtower::collector
