#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "services/collector/owners/leases.hpp"
#include "services/collector/owners/session_locks.hpp"

namespace watchtower::collector {

/// By what a collector owns its worlds.
enum class Means {
    redis,     ///< by leases
    postgres,  ///< Redis is away: by advisory locks
    neither    ///< both are away: what it owned it still owns
};

/// "redis", "postgres" or "neither".
[[nodiscard]] const char* to_string(Means means);

/// The rules of who owns what, for one collector, without threads, servers or a clock: what it holds after what it has
/// heard. A round is begin_round, then by_redis or without_redis.
class Holdings {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Worlds = std::vector<std::size_t>;

    /// `first` is the world with which the search for free ones begins, so that collectors do not all try the same.
    Holdings(std::size_t worlds, Milliseconds lease, Time now, std::size_t first = 0);

    /// Finds out whether the process was frozen: then it holds nothing until somebody confirms it.
    void begin_round(Time now);

    /// For Leases::round.
    [[nodiscard]] std::vector<Leases::Wish> wishes(Time now) const;
    [[nodiscard]] bool is_fresh() const { return fresh_; }

    /// Redis answered what was asked at `asked`.
    void by_redis(Time asked, Time now, const std::vector<Leases::Place>& places);

    /// Redis did not answer; PostgreSQL's last answer is `view`. Worlds held go on unless another session holds their
    /// lock or has announced to own them by Redis. Others' worlds are taken only when that has lasted for two leases
    /// and kSettling, and a part of them at a time, so that several collectors share them.
    void without_redis(Time now, const LockView& view);

    /// For SessionLocks::want.
    [[nodiscard]] LockWish locks() const;

    /// A lease was handed over, or was not.
    void lose(std::size_t world) { held_.at(world) = false; }
    void keep(std::size_t world) { held_.at(world) = true; }
    /// Not held and, without Redis, not to be taken for two leases.
    void shun(std::size_t world, Time now);

    [[nodiscard]] const std::vector<bool>& held() const { return held_; }
    /// Until when, without a further round.
    [[nodiscard]] Time deadline() const { return deadline_; }
    [[nodiscard]] Means means() const { return means_; }

    /// A round that comes this much late, or a lease where that is longer, is a frozen process's, not a busy machine's.
    static constexpr Milliseconds kFrozen{2'000};

private:
    void weigh(const LockView& view);
    void take_more(Time now, const LockView& view);

    const Milliseconds lease_;
    const std::size_t first_;
    std::vector<bool> held_;
    std::vector<bool> tried_;       ///< without Redis: whose lock is asked for
    std::vector<Time> shunned_;     ///< until when
    std::vector<Time> free_since_;  ///< Time::max(): not free
    Time last_round_;
    Time deadline_;
    Time not_before_;                  ///< what PostgreSQL said earlier is out of date
    Time weighed_;                     ///< the last answer of PostgreSQL that was looked at
    std::optional<Time> away_since_;   ///< nothing: Redis answers
    std::optional<Time> locks_since_;  ///< since when PostgreSQL answers, while Redis is away
    Means means_ = Means::neither;
    bool fresh_ = true;
};

}  // namespace watchtower::collector
