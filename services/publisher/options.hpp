#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/world_state/stores.hpp"

namespace watchtower::publisher {

struct Options {
    std::string management_address = "127.0.0.1";
    std::uint16_t management_port = 9204;
    world_state::StoreOptions stores;
    Milliseconds publish_interval{60'000};       ///< publications lie on multiples of it in UTC
    Milliseconds request_timeout{10'000};        ///< the collectors': how long a tick's state may take
    std::int64_t publish_backlog = 60;           ///< how many missed publications are made up for
    bool manage_stream = true;                   ///< makes the JetStream stream and keeps it as it should be
    std::string subject = "metrics.watchtower";  ///< of the first world's document; prefix of the others'
    log::Options log{.service = "publisher", .level = log::Level::info, .format = log::default_format()};
};

/// As Configuration::read.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::publisher
