#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <pqxx/pqxx>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/base/error.hpp"

namespace watchtower::postgres {

/// The connection was lost, or the deadline passed, while COMMIT was under way: the transaction is done whole or not at
/// all, and nobody knows which. Read again, or repeat what can be repeated without harm.
class MayHaveHappened : public Unavailable {
public:
    using Unavailable::Unavailable;
};

struct Options {
    std::string url;  ///< libpq URI or connection string; a secret. Several hosts work as in libpq
    std::string application_name = "watchtower";
    /// For one whole transaction, waiting for a connection included. When it passes, the connection is given up.
    Milliseconds deadline{10'000};
    /// For one statement, kept by the server, so that it stops working for a client that no longer waits.
    Milliseconds statement_timeout{8'000};
    /// For the client's next word within a transaction, kept by the server, so that a client that is frozen locks
    /// nothing for longer; at most the deadline.
    Milliseconds idle_timeout = Milliseconds::max();
    /// For connecting, for each address of a host. libpq counts whole seconds and never fewer than two.
    Milliseconds connect_timeout{3'000};
    int connections = 1;       ///< open at once, at most
    Milliseconds wait{5'000};  ///< for one of them to be free
};

/// Transactions on one PostgreSQL database, through connections that are made when needed and made anew when lost.
///
/// Thread-safe; each call takes one connection for itself, so a body must not call the client again. While the server
/// is away, a call fails at once or within connect_timeout; it is tried again at most a second later.
///
/// A body gets a pqxx transaction, is called once, and must not commit. Results it returns stay valid. Session state
/// (SET without LOCAL, temporary tables) would stay in a shared connection: leave it be. Prepared statements: call
/// transaction.conn().prepare(name, sql) in each body, which costs nothing when it is known. Text for PostgreSQL is
/// UTF-8 without NUL: libpq cuts at a NUL, the server refuses anything else with Error.
///
/// Throws Unavailable when the server cannot be reached, does not answer in time, cannot take it now (disk full,
/// shutting down, read-only) or found another transaction in the way; MayHaveHappened (see there); Error when the
/// statement is wrong; and whatever else the body throws, after a rollback. No text holds the password or the query.
class Client {
public:
    /// Does not connect. Throws BadInput when the URL cannot be read. `dependency` may be null.
    explicit Client(Options options, std::shared_ptr<Dependency> dependency = nullptr);
    /// No call may be running.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Calls body(pqxx::work&), commits, and returns what the body returned.
    template <typename Body>
    auto transaction(Body&& body) {
        return run<pqxx::work>(options().deadline, body);
    }
    /// With a deadline of its own, which is the statement timeout as well.
    template <typename Body>
    auto transaction(Milliseconds deadline, Body&& body) {
        return run<pqxx::work>(deadline, body);
    }

    /// Calls body(pqxx::read_transaction&): read only, and never MayHaveHappened.
    template <typename Body>
    auto read(Body&& body) {
        return run<pqxx::read_transaction>(options().deadline, body);
    }
    template <typename Body>
    auto read(Milliseconds deadline, Body&& body) {
        return run<pqxx::read_transaction>(deadline, body);
    }

    /// For a process that ends and must not wait for a server that hangs: after this time from now all calls fail with
    /// Unavailable (or MayHaveHappened), those under way too. Only one that is connecting then may take
    /// connect_timeout. There is no way back; the first call counts. Thread-safe, never blocks.
    void end_within(Milliseconds time);

    /// "db:5432/watchtower", for logs.
    [[nodiscard]] const std::string& location() const;
    [[nodiscard]] const Options& options() const;

private:
    struct Impl;

    /// One transaction's hold on a connection, under the watchdog until it ends.
    class Use {
    public:
        Use(Impl& impl, Milliseconds deadline, bool reads_only);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

        [[nodiscard]] pqxx::connection_base& connection();
        void begin(pqxx::transaction_base& transaction);
        void commit(pqxx::transaction_base& transaction);
        /// In a catch block: throws what was caught as what the class's contract says.
        [[noreturn]] void rethrow();

    private:
        struct State;
        std::unique_ptr<State> state_;
    };

    template <typename Transaction, typename Body>
    auto run(Milliseconds deadline, Body& body) {
        using Result = std::decay_t<std::invoke_result_t<Body&, Transaction&>>;
        Use use(*impl_, deadline, std::is_same_v<Transaction, pqxx::read_transaction>);
        try {
            Transaction transaction(use.connection());
            use.begin(transaction);
            if constexpr (std::is_void_v<Result>) {
                body(transaction);
                use.commit(transaction);
            } else {
                Result result = body(transaction);
                use.commit(transaction);
                return result;
            }
        } catch (...) {
            use.rethrow();
        }
    }

    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::postgres
