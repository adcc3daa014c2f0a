#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

/// A private PostgreSQL server of a test, on a free port of 127.0.0.1 and a unix socket, with the database `watchtower`
/// owned by the role `watchtower`, the role `watchtower_reader` that may log in and nothing else, and the superuser
/// `postgres`; there is no database of that name. Ends with this object. Run as root it runs as the user postgres. A
/// new cluster is a copy of one that is made once for each user and machine. One thread at a time.
class PostgresServer {
public:
    struct Options {
        bool durable = false;               ///< fsync and synchronous_commit
        bool passwords = false;             ///< TCP asks for the role's password; the unix socket never does
        std::vector<std::string> settings;  ///< more of postgresql.conf: "max_connections=5"
    };

    /// Returns when the server takes connections. Throws std::runtime_error with the server's log when it does not.
    PostgresServer() : PostgresServer(Options{}) {}
    explicit PostgresServer(Options options);
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    /// A libpq URI by TCP; `port` may be that of a TcpGate.
    [[nodiscard]] std::string url(const std::string& database = "watchtower",
                                  const std::string& user = "watchtower") const;
    [[nodiscard]] std::string url_through(int port, const std::string& user = "watchtower") const;
    /// The same by the unix socket.
    [[nodiscard]] std::string socket_url(const std::string& database = "watchtower",
                                         const std::string& user = "watchtower") const;

    /// Runs statements as the superuser, each by itself (CREATE DATABASE works).
    void run(const std::string& sql, const std::string& database = "watchtower") const;
    /// The first column of the first row as text, as the superuser; empty when there is none or it is null.
    [[nodiscard]] std::string ask(const std::string& sql, const std::string& database = "watchtower") const;
    /// One more empty database, owned by `watchtower`.
    void create_database(const std::string& name) const;

    /// Fast shutdown: connections are closed, nothing committed is lost.
    void stop();
    /// After stop or kill: the same data on the same port.
    void start();
    /// SIGKILL to all of it.
    void kill();
    /// SIGSTOP and SIGCONT to all of it: the kernel still takes connections and bytes, nobody answers.
    void freeze();
    void thaw();

    /// What the server has logged.
    [[nodiscard]] std::string log() const;

private:
    [[nodiscard]] std::vector<std::string> command() const;
    [[nodiscard]] bool wait_until_ready(std::chrono::milliseconds deadline);
    [[nodiscard]] std::vector<pid_t> processes() const;

    Options options_;
    TemporaryFolder folder_;
    std::string user_;
    int port_ = 0;
    std::optional<Process> process_;
};

}  // namespace watchtower::test
