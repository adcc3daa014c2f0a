#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"

namespace watchtower::collector {

/// Which locks of each world a collector wants; others that it holds are given back.
struct LockWish {
    std::vector<bool> own;       ///< to own the world by it, as Redis is away
    std::vector<bool> announce;  ///< to tell that it owns the world by Redis

    bool operator==(const LockWish&) const = default;
};

/// What PostgreSQL said of the locks.
struct LockView {
    struct World {
        bool mine = false;    ///< this session holds the lock of those who own without Redis
        bool others = false;  ///< another one does
        bool leased = false;  ///< another session announces that it owns the world by Redis
    };
    bool answered = false;                        ///< false: PostgreSQL could not be asked
    std::chrono::steady_clock::time_point asked;  ///< when
    std::vector<World> worlds;
};

/// Session-level advisory locks on worlds, two for each: one to own it, one to announce. A thread of its own asks for
/// them again and again over one connection, so that nobody waits for PostgreSQL. What a lost connection held is free
/// for others; whether the locks are held is read from pg_locks each time. A session that has asked for nothing for a
/// lease and a second (a frozen process) is ended by the server, and its locks with it. The database must be reached
/// directly or through a pooler that keeps sessions.
class SessionLocks {
public:
    struct Options {
        std::string url;  ///< of the database; a secret
        std::vector<std::string> worlds;
        Milliseconds lease;
        Milliseconds pause;  ///< between two rounds
    };

    /// Does not connect. `dependency` may be null. Throws BadInput when the URL cannot be read.
    SessionLocks(const Options& options, std::shared_ptr<Dependency> dependency);
    /// Stops.
    ~SessionLocks();
    SessionLocks(const SessionLocks&) = delete;
    SessionLocks& operator=(const SessionLocks&) = delete;

    void start();

    /// A new wish is asked for at once. Thread-safe, as seen is.
    void want(LockWish wish);
    [[nodiscard]] LockView seen() const;

    /// Lets the thread end, without waiting for it.
    void request_stop() { thread_.request_stop(); }
    /// Gives all back by closing the connection, and ends. Waits for an answer that is under way, for kDeadline at
    /// most.
    void stop();

    static constexpr Milliseconds kDeadline{2'000};

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] LockView ask(const LockWish& wish);

    const Options options_;
    const std::string names_;
    std::unique_ptr<postgres::Client> postgres_;  ///< null after stop

    mutable std::mutex mutex_;  ///< for what follows
    std::condition_variable_any changed_;
    LockWish wish_;
    bool new_wish_ = false;
    LockView seen_;

    std::jthread thread_;  ///< last: ends first
};

}  // namespace watchtower::collector
