#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/log.hpp"

namespace watchtower::gateway {

/// What the gateway can be told from outside (docs/contract.md section 2).
struct Options {
    std::string listen_address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string management_address = "127.0.0.1";
    std::uint16_t management_port = 9202;
    std::string database_url = "postgresql://watchtower_reader@127.0.0.1:5432/watchtower";
    std::string redis_url = "redis://127.0.0.1:6379/0";
    std::string nats_url = "nats://127.0.0.1:4222";
    std::string nats_creds_file;
    std::string nats_ca_file;
    std::vector<std::string> api_keys;
    std::string api_auth = "write";         ///< as parse_key_policy reads it
    std::vector<std::string> cors_origins;  ///< empty: no page of another origin may read
    std::int64_t top_players = 20;          ///< with series of their own in /metrics: as the exporter has it
    log::Options log{"api-gateway"};
};

/// Reads flags, environment and file into `options`. A number: the process is to end with it.
[[nodiscard]] std::optional<int> read_options(int argc, char** argv, Options& options);

}  // namespace watchtower::gateway
