#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchtower::nats {

/// One server of a NATS_URL, taken apart.
struct Server {
    std::string host = {};  ///< an IPv6 address without its brackets
    std::uint16_t port = 4222;
    bool tls = false;       ///< asked for by tls://
    std::string user = {};  ///< with `password`; empty: none
    std::string password = {};
    std::string token = {};  ///< instead of user and password; empty: none

    /// "host:port", with the brackets of an IPv6 address: for logs and errors, without user, password and token.
    [[nodiscard]] std::string to_string() const;

    bool operator==(const Server&) const = default;
};

/// Reads comma-separated "[nats://|tls://][user:password@|token@]host[:port]", at least one. User, password and token
/// may hold %XX (a comma must). Throws BadInput that names the part which is wrong and quotes no secret.
[[nodiscard]] std::vector<Server> parse_servers(std::string_view urls);

}  // namespace watchtower::nats
