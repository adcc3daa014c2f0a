#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

namespace watchtower::postgres {

/// Ends what blocks on a socket too long: libpq waits for an answer for ever. A thread of its own shuts the socket
/// down at its deadline, and the call that waits on it fails. Thread-safe.
class Watchdog {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Id = std::uint64_t;

    Watchdog();

    /// Watches a socket, which must stay open until it is disarmed.
    [[nodiscard]] Id arm(int socket, TimePoint deadline);

    /// True when the socket was shut down. It is not touched any more.
    bool disarm(Id id);

    [[nodiscard]] bool has_fired(Id id) const;

    /// From now on no socket has a later deadline than this one, those that are watched already included. For good;
    /// only the first call counts.
    void end_by(TimePoint end);
    /// What end_by said; max() before.
    [[nodiscard]] TimePoint end() const;

private:
    struct Watch {
        int socket;
        TimePoint deadline;
        bool fired;
    };

    void loop(const std::stop_token& stop);
    [[nodiscard]] TimePoint fire_due();

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<Id, Watch> watches_;
    Id last_id_ = 0;
    TimePoint end_ = TimePoint::max();
    TimePoint sleeps_until_ = TimePoint::max();
    std::jthread thread_;
};

}  // namespace watchtower::postgres
