#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/log.hpp"
#include "common/world_state/stores.hpp"

namespace watchtower::exporter {

struct Options {
    std::string listen_address = "127.0.0.1";
    std::uint16_t port = 9203;
    world_state::StoreOptions stores;
    std::int64_t top_players = 20;  ///< more make more series: 5 for each player and world
    log::Options log{.service = "exporter", .level = log::Level::info, .format = log::default_format()};
};

/// As Configuration::read.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::exporter
