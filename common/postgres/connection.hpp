#pragma once

#include <string>

#include <pqxx/pqxx>

namespace watchtower::postgres {

/// An open libpqxx connection that never reconnects by itself: who loses it makes a new one. Notices go to the log.
class Connection {
public:
    /// Blocks for connect_timeout of the connection string at most, for each address of the host. Throws pqxx's.
    explicit Connection(const std::string& conninfo);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] pqxx::connection& get() { return connection_; }

    /// A descriptor of the same socket that stays valid as long as this object, whatever libpq does to its own.
    [[nodiscard]] int socket() const { return socket_; }

    /// Whether an idle connection can be used: a server that has gone leaves an end or a farewell in the socket.
    [[nodiscard]] bool is_quiet() const;

    /// Whether one in use is lost.
    [[nodiscard]] bool is_lost() const;

private:
    /// libpq prints notices on stderr when nobody takes them.
    class Notices final : public pqxx::errorhandler {
    public:
        using pqxx::errorhandler::errorhandler;
        bool operator()(const char* text) noexcept override;
    };

    pqxx::connection connection_;
    Notices notices_;
    int socket_;
};

}  // namespace watchtower::postgres
