#pragma once

#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// A redis-server with nothing in it, on a free port and on a unix socket. Without `append_only` it forgets everything
/// when it ends, with it nothing.
class RedisServer final : public LocalServer {
public:
    struct Options {
        std::string password = {};  ///< empty: none is asked for
        bool append_only = false;
        std::vector<std::string> arguments = {};  ///< more of redis-server's own: {"--maxmemory", "2mb"}
    };

    /// Starts it. The test's process ignores SIGPIPE from then on, as the services do.
    RedisServer() : RedisServer(Options{}) {}
    explicit RedisServer(Options options);

    /// "redis://[:password@]127.0.0.1:port/db"
    [[nodiscard]] std::string url(int database = 0) const;
    /// "unix://[:password@]/path?db=…"
    [[nodiscard]] std::string unix_url(int database = 0) const;

    /// Counts from the next start on.
    void set_password(std::string password) { options_.password = std::move(password); }

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] bool is_ready(pid_t pid) override;
    [[nodiscard]] std::string user_info() const;

    Options options_;
};

}  // namespace watchtower::test
