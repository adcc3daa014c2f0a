#include "services/exporter/options.hpp"

#include "common/base/configuration.hpp"

namespace watchtower::exporter {

namespace {

constexpr std::int64_t kMostTopPlayers = 1000;

}  // namespace

std::optional<int> read_options(int argc, char** argv, Options& options) {
    Configuration configuration("watchtower-exporter", "Shows Prometheus what happens in the game");
    configuration.text("LISTEN_ADDRESS", options.listen_address, "address of the listener");
    configuration.port("PORT", options.port, "port of the listener; 0: any free one");
    world_state::declare(configuration, options.stores);
    configuration.integer(
        "EXPORTER_TOP_PLAYERS", options.top_players, 0, kMostTopPlayers, "players with series of their own");
    configuration.log(options.log);
    return configuration.read(argc, argv);
}

}  // namespace watchtower::exporter
