#pragma once

#include <cstdint>

#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// A nats-server on a free port, in its own folder.
class NatsServer final : public LocalServer {
public:
    struct Options {
        std::string user = {};  ///< with `password`; empty: nobody is asked who they are
        std::string password = {};
        std::string token = {};               ///< instead of user and password
        bool jetstream = false;               ///< what its streams hold outlives a restart
        bool tls = false;                     ///< asked of every client; the certificate is for 127.0.0.1
        std::uint32_t max_payload_bytes = 0;  ///< 0: the server's default of 1 MiB
        std::string more = {};                ///< further lines of its configuration
    };

    NatsServer() : NatsServer(Options{}) {}
    explicit NatsServer(Options options);

    /// "nats://[user:password@|token@]127.0.0.1:port"; with TLS "tls://…".
    [[nodiscard]] std::string url() const;
    /// The certificate to trust, a file in PEM; only with TLS.
    [[nodiscard]] std::filesystem::path ca_file() const { return folder() / "server.crt"; }

    /// Counts from the next start on.
    void set_options(Options options);

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] bool is_ready(pid_t pid) override;
    [[nodiscard]] std::string configuration() const;
    void make_certificate() const;

    Options options_;
};

}  // namespace watchtower::test
