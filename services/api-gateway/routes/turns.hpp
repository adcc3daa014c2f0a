#pragma once

#include <atomic>

#include <prometheus/counter.h>

#include "common/http/message.hpp"

namespace watchtower::gateway {

/// How many requests may wait for PostgreSQL at a time, so that a slow database leaves workers for everything else.
/// Thread-safe.
class Turns {
public:
    /// `refused` counts who came when all turns were taken; it must outlive this.
    Turns(int most_waiting, prometheus::Counter& refused) : most_waiting_(most_waiting), refused_(refused) {}

    /// A request's place among those that wait.
    class Turn {
    public:
        /// Throws HttpError 503 with Retry-After when there is none left.
        explicit Turn(Turns& turns) : turns_(turns) {
            if (++turns_.waiting_ > turns_.most_waiting_) {
                --turns_.waiting_;
                turns_.refused_.Increment();
                throw http::HttpError(
                    503, "too many requests wait for the database; try again later", {{"Retry-After", "1"}});
            }
        }
        ~Turn() { --turns_.waiting_; }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Turns& turns_;
    };

private:
    const int most_waiting_;
    prometheus::Counter& refused_;
    std::atomic<int> waiting_ = 0;
};

}  // namespace watchtower::gateway
