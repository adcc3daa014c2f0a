#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace watchtower::redis {

/// Where a Redis server is and who asks: a REDIS_URL taken apart. Either `host` and `port`, or `socket_path`.
struct Address {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string socket_path = {};  ///< of a unix socket; empty: TCP
    std::string user = {};         ///< empty with a password: the default user
    std::string password = {};     ///< empty: no AUTH
    int database = 0;

    /// "cache:6379", "[::1]:6379" or the socket's path: for logs and errors, without user and password.
    [[nodiscard]] std::string to_string() const;

    bool operator==(const Address&) const = default;
};

/// Reads "redis://[[user]:password@]host[:port][/db]" (an IPv6 host in brackets) or
/// "unix://[[user]:password@]/path[?db=n]"; user, password, host and path may hold %XX. Throws BadInput that names the
/// part which is wrong and quotes neither user nor password.
[[nodiscard]] Address parse_url(std::string_view url);

}  // namespace watchtower::redis
