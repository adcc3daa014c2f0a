#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/redis/client.hpp"
#include "services/collector/owners/holdings.hpp"
#include "services/collector/owners/leases.hpp"
#include "services/collector/owners/session_locks.hpp"

namespace watchtower::collector {

/// How long a lease on a world lasts without being renewed: short enough that a dead owner's world is collected again
/// by another collector within one interval.
[[nodiscard]] Milliseconds lease_for(Milliseconds interval);

/// An id for this process that no other one has, also none before it on this machine: "host-4711-9f86d081".
[[nodiscard]] std::string new_collector_id();

/// Which worlds this collector collects: one of a process, in agreement with the other collectors through leases in
/// Redis, through advisory locks in PostgreSQL while Redis is away, and not at all while both are. It decides who
/// tries; the compare-and-set in PostgreSQL decides who was right, so that two owners for a moment do no harm.
///
/// It has connections and threads of its own. Worlds are meant by their position in the list given.
class Owners {
public:
    struct Options {
        std::string id;  ///< new_collector_id()
        std::vector<std::string> worlds;
        Milliseconds lease{0};  ///< lease_for(interval)
        std::string redis_url;
        std::string database_url;
    };

    struct Status {
        Means means = Means::neither;
        std::size_t owned = 0;
        std::size_t collectors = 0;  ///< alive when Redis was last heard, this one included; 0: never heard
        std::uint64_t changes = 0;   ///< worlds that came or went since the start
        std::uint64_t rounds = 0;    ///< in which the leases or locks were asked for
    };

    /// Does not connect. `redis` and `postgres` are told of each success and failure to reach the server; they may be
    /// null. Throws BadInput when a URL cannot be read.
    explicit Owners(Options options,
                    std::shared_ptr<Dependency> redis = nullptr,
                    std::shared_ptr<Dependency> postgres = nullptr);
    /// Releases.
    ~Owners();
    Owners(const Owners&) = delete;
    Owners& operator=(const Owners&) = delete;

    /// To be called on the thread of this object after the set of owned worlds has changed; it must not block and not
    /// throw. Worlds that end because the lease ran out (this thread was held up) are told of late, and when they are
    /// owned again at once by then, as worlds that came back. Before start.
    void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }

    void start();

    /// Whether this collector owns the world now. False as soon as the lease has run out by this process's own clock,
    /// which goes on while the process is frozen. Cheap. Thread-safe, as all that follows.
    [[nodiscard]] bool owns(std::size_t world) const;

    /// A busy world (a tick is under way) is not handed over for the sake of balance; it may still be lost. Mark it
    /// first and ask owns() then: so either that says no or the world stays.
    void set_busy(std::size_t world, bool busy);

    /// After a tick was refused: somebody else collects this world. Who owns it by Redis goes on; without Redis it is
    /// not owned from now on and not taken for two leases. Returns whether it was given up.
    bool give_up(std::size_t world);

    /// Gives all worlds back, so that others take them at once, and ends; nothing is owned afterwards. Blocks for 5 s
    /// at most, when servers hang. By one thread, when no tick is under way.
    void release();

    [[nodiscard]] Status status() const;

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    void run(const std::stop_token& stop);
    void round();
    [[nodiscard]] bool ask_redis(SteadyTime begin);
    [[nodiscard]] std::vector<std::size_t> withhold_idle(const std::vector<Leases::Place>& places);
    void hand_over(const std::vector<Leases::Place>& places);
    void take_given_up();
    void publish();
    void report(std::size_t came, std::size_t went);

    const Options options_;
    redis::Client redis_;
    Leases leases_;
    SessionLocks locks_;
    std::function<void()> on_change_;

    Holdings holdings_;  ///< the thread's own, as the three below
    std::size_t collectors_ = 0;
    std::vector<bool> told_;
    std::optional<Means> told_means_;

    std::vector<std::atomic<bool>> owned_;
    std::vector<std::atomic<bool>> busy_;
    std::atomic<SteadyTime::rep> deadline_;
    mutable std::mutex mutex_;  ///< for status_, given_up_, and whoever sets owned_
    Status status_;
    std::vector<bool> given_up_;  ///< since the last round

    std::jthread thread_;
};

}  // namespace watchtower::collector
