#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "common/http/address_set.hpp"
#include "common/world_state/stores.hpp"

namespace watchtower::gateway {

/// What the gateway can be told from outside; README.md has the table.
struct Options {
    std::string listen_address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string management_address = "127.0.0.1";
    std::uint16_t management_port = 9202;
    world_state::StoreOptions stores;
    std::vector<std::string> api_keys;
    std::string api_auth = "write";            ///< as parse_key_policy reads it
    std::vector<std::string> cors_origins;     ///< empty: no page of another origin may read
    std::vector<std::string> trusted_proxies;  ///< as http::AddressSet reads them
    std::int64_t rate_limit = 0;               ///< requests a minute of each key or address; 0: any number
    std::int64_t top_players = 20;             ///< with series of their own in /metrics: as the exporter has it
    log::Options log{"api-gateway"};
};

/// The proxies whose X-Forwarded-For says who asks. Throws BadInput that names TRUSTED_PROXIES.
[[nodiscard]] http::AddressSet trusted_proxies(const Options& options);

/// Reads flags, environment and file into `options`. A number: the process is to end with it.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::gateway
