#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "common/redis/client.hpp"

namespace watchtower::publisher {

/// What a publisher may do among its like.
enum class Standing {
    leader,    ///< it holds the lease: it publishes
    follower,  ///< another one does, or this one has no connection to NATS: it publishes nothing
    alone      ///< Redis cannot be asked: it publishes what nobody else is seen to publish
};

/// The lease that makes one of all publishers the leader (proto::kPublisherKey), taken and renewed on a thread of its
/// own. Only a publisher that is connected to NATS wants it; one that loses that connection gives it up. Thread-safe.
class Lease {
public:
    /// How long a lease lives that nobody renews: short enough for another one to take over within the patience of a
    /// publication time.
    [[nodiscard]] static Milliseconds duration_for(Milliseconds interval);

    /// `redis` is a client of its own with timeouts under `duration`; both clients must outlive this. `changed` is
    /// called after each change of standing, on this thread.
    Lease(redis::Client& redis, const nats::Client& nats, Milliseconds duration, std::function<void()> changed);
    /// Gives the lease back, so that another one takes it at once.
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    void start();

    /// Never leader for longer than Redis keeps the lease, even if this process was frozen meanwhile.
    [[nodiscard]] Standing standing() const;

private:
    using SteadyClock = std::chrono::steady_clock;

    void run(const std::stop_token& stop);
    void renew();
    void give_back() noexcept;

    redis::Client& redis_;
    const nats::Client& nats_;
    const Milliseconds duration_;
    const std::function<void()> changed_;
    const std::string id_;

    std::atomic<SteadyClock::time_point> valid_until_{SteadyClock::time_point::min()};
    std::atomic<Standing> otherwise_{Standing::follower};  ///< what it is while the lease is not valid

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace watchtower::publisher
