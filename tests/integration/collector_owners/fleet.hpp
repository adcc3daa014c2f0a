#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "services/collector/owners/owners.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::collector {

/// One collector's Owners behind gates of its own to both servers.
class Replica {
public:
    Replica(const test::RedisServer& redis, const test::PostgresServer& postgres, Owners::Options options);
    /// Lets a thread that is held up go on.
    ~Replica();
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    [[nodiscard]] Owners& owners() { return *owners_; }
    [[nodiscard]] const Owners& owners() const { return *owners_; }
    [[nodiscard]] std::vector<bool> owned() const;

    void cut_redis() { redis_gate_.cut(); }
    void cut_postgres() { postgres_gate_.cut(); }
    void heal();
    /// Ends without telling anybody.
    void crash();
    /// Its thread stands still at the next change of its worlds; returns nothing before that.
    void hold_up_at_next_change() { held_up_ = true; }
    void let_go() { held_up_ = false; }

private:
    test::TcpGate redis_gate_;
    test::TcpGate postgres_gate_;
    std::atomic<bool> held_up_ = false;
    std::size_t worlds_;
    std::unique_ptr<Owners> owners_;
};

/// Real servers and any number of collectors.
class Fleet {
public:
    static constexpr Milliseconds kLease{800};

    explicit Fleet(std::size_t worlds);
    ~Fleet();
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    Replica& add() { return add(worlds_); }
    /// One that knows other worlds than the rest.
    Replica& add(std::size_t worlds);
    void add_many(std::size_t count);
    /// An orderly end.
    void remove(std::size_t index) { replicas.erase(replicas.begin() + static_cast<std::ptrdiff_t>(index)); }
    void crash(std::size_t index);

    /// Each world is owned by one collector, and none has two more than another.
    [[nodiscard]] bool is_even() const;
    [[nodiscard]] bool all_owned_once() const;
    [[nodiscard]] bool all_by(Means means) const;
    [[nodiscard]] std::vector<std::vector<bool>> owned() const;
    /// Which collector owns how many, by what, and how many worlds have no owner or several.
    [[nodiscard]] std::string show() const;

    /// Whether nothing changes owner while each collector runs `rounds` more rounds.
    [[nodiscard]] bool stays_still(std::uint64_t rounds) const;

    test::RedisServer redis;
    test::PostgresServer postgres;
    std::vector<std::unique_ptr<Replica>> replicas;

private:
    const std::size_t worlds_;
    int last_id_ = 0;
};

/// Looks all the time whether two collectors own the same world, which must not be while Redis is well. The replicas
/// must outlive it.
class OverlapWatch {
public:
    explicit OverlapWatch(const Fleet& fleet);
    /// Ends it: how many were seen.
    [[nodiscard]] int overlaps();

private:
    void look(const std::vector<const Owners*>& owners, std::size_t worlds);

    std::atomic<int> overlaps_ = 0;
    std::jthread thread_;
};

}  // namespace watchtower::collector
