#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/configuration.hpp"
#include "common/base/log.hpp"
#include "common/world_state/stores.hpp"
#include "services/collector/history/retention.hpp"
#include "services/collector/model/alerts.hpp"
#include "services/collector/model/moderation.hpp"
#include "services/collector/model/world.hpp"
#include "services/collector/source/worlds.hpp"

namespace watchtower::collector {

/// The collector's settings and their defaults. README.md has the table of all variables.
struct Options {
    std::string management_address = "127.0.0.1";
    std::uint16_t management_port = 9201;
    WorldsOptions source;
    std::vector<World> worlds;             ///< read from `source`; the first is the default one
    Milliseconds interval{60'000};         ///< between ticks
    Milliseconds request_timeout{10'000};  ///< for one section with its pages and retries
    std::uint64_t max_body_bytes = 1ULL << 30U;
    world_state::StoreOptions stores{.database_url = "postgresql://watchtower@127.0.0.1:5432/watchtower"};
    std::uint64_t outbox_max_bytes = 256ULL << 20U;  ///< for ticks that PostgreSQL has not taken yet, of all worlds
    history::Retention retention;
    std::int64_t by_player_limit = 1000;
    std::int64_t exporter_top_players = 20;
    AlertRules alerts;
    ModerationRules moderation;
    log::Options log;

    /// What the document and the state may hold.
    [[nodiscard]] Limits limits() const;
};

/// Declares all options with the checks of each. `options` must outlive configuration.read.
void declare(Configuration& configuration, Options& options);

/// Reads flags, environment and file. A number: the process's exit code, it shall end.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::collector
