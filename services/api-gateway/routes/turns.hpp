#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <prometheus/counter.h>

#include "common/http/message.hpp"
#include "common/http/waiting.hpp"

namespace watchtower::gateway {

/// How many requests may wait for PostgreSQL at a time, so that a slow database leaves threads for everything else.
/// Who comes when all turns are taken waits a moment for one. When that was in vain, nobody waits any more until a turn
/// has ended. Thread-safe.
class Turns {
public:
    /// `refused` counts who got no turn; it must outlive this.
    Turns(int most_waiting, prometheus::Counter& refused) : most_waiting_(most_waiting), refused_(refused) {}

    /// A request's place among those that wait.
    class Turn {
    public:
        /// Throws HttpError 503 with Retry-After when there is none to be had.
        explicit Turn(Turns& turns) : turns_(turns) { turns_.take(); }
        ~Turn() { turns_.give_back(); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Turns& turns_;
    };

    static constexpr std::chrono::milliseconds kPatience{50};

private:
    void take() {
        http::about_to_wait();
        std::unique_lock lock(mutex_);
        const auto is_free = [this] { return waiting_ < most_waiting_; };
        if (!is_free() && (stuck_ || !freed_.wait_for(lock, kPatience, is_free))) {
            stuck_ = true;
            refused_.Increment();
            throw http::HttpError(
                503, "too many requests wait for the database; try again later", {{"Retry-After", "1"}});
        }
        ++waiting_;
    }

    void give_back() {
        {
            const std::lock_guard lock(mutex_);
            --waiting_;
            stuck_ = false;
        }
        freed_.notify_one();
    }

    const int most_waiting_;
    prometheus::Counter& refused_;
    std::mutex mutex_;  ///< for what follows
    std::condition_variable freed_;
    int waiting_ = 0;
    bool stuck_ = false;
};

}  // namespace watchtower::gateway
