#pragma once

#include <algorithm>
#include <mutex>

#include "common/base/clock.hpp"

namespace watchtower::collector {

/// How steadily this collector has heard from Redis, by Redis's own clock. While Redis stands still or is away nobody
/// can renew a claim, so all of them seem abandoned afterwards: whoever missed it too must let the others renew first.
/// Thread-safe.
class Contact {
public:
    /// Settled: for `settling` there was no longer gap than `longest_gap` between two answers.
    Contact(Milliseconds longest_gap, Milliseconds settling) : longest_gap_(longest_gap), settling_(settling) {}

    /// Redis answered at this time.
    void heard(Milliseconds time) {
        const std::lock_guard lock(mutex_);
        if (time - last_ > longest_gap_ || time < last_ - longest_gap_) {
            since_ = time;
            last_ = time;
        }
        last_ = std::max(last_, time);
    }

    [[nodiscard]] bool is_settled() const {
        const std::lock_guard lock(mutex_);
        return last_ > Milliseconds(0) && last_ - since_ >= settling_;
    }

    /// When Redis answered last; zero: never.
    [[nodiscard]] Milliseconds last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

    [[nodiscard]] Milliseconds longest_gap() const { return longest_gap_; }

private:
    const Milliseconds longest_gap_;
    const Milliseconds settling_;
    mutable std::mutex mutex_;
    Milliseconds last_{0};
    Milliseconds since_{0};
};

}  // namespace watchtower::collector
