#pragma once

#include <string>

#include <pqxx/pqxx>

namespace watchtower::postgres {

/// What pqxx::connection is, with libpq's handle at hand.
class NativeConnection final : public pqxx::connection_base {
public:
    explicit NativeConnection(const std::string& conninfo) : pqxx::connection_base(policy_), policy_(conninfo) {
        init();
    }
    ~NativeConnection() { close(); }
    NativeConnection(const NativeConnection&) = delete;
    NativeConnection& operator=(const NativeConnection&) = delete;

    /// Valid while the connection is open.
    [[nodiscard]] pqxx::connectionpolicy::handle handle() const { return policy_.started(); }

private:
    class Policy final : public pqxx::connect_direct {
    public:
        using pqxx::connect_direct::connect_direct;
        [[nodiscard]] handle started() const { return handle_; }
        handle do_startconnect(handle given) override {
            handle_ = pqxx::connect_direct::do_startconnect(given);
            return handle_;
        }

    private:
        handle handle_ = nullptr;
    };
    Policy policy_;
};

/// An open libpqxx connection that never reconnects by itself: who loses it makes a new one. Notices go to the log.
class Connection {
public:
    /// Blocks for connect_timeout of the connection string at most, for each address of the host. Throws pqxx's.
    explicit Connection(const std::string& conninfo);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] pqxx::connection_base& get() { return connection_; }

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

    NativeConnection connection_;
    Notices notices_;
    int socket_;
};

}  // namespace watchtower::postgres
