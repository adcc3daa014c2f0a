#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace watchtower {

/// How long to wait before the next try of something that failed: a random part of a bound that doubles from `first`
/// to `most` ("full jitter", AWS Architecture Blog, Exponential Backoff And Jitter, 2015), never under a tenth of it.
/// Not thread-safe.
class Backoff {
public:
    Backoff(std::chrono::milliseconds first,
            std::chrono::milliseconds most,
            std::uint64_t seed = std::random_device{}());

    /// The wait after one more failure.
    [[nodiscard]] std::chrono::milliseconds next();

    /// After a success: the next failure waits `first` at most.
    void reset() { bound_ = first_; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds most_;
    std::chrono::milliseconds bound_;
    std::mt19937_64 random_;
};

}  // namespace watchtower
