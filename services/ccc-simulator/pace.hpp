#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>

#include "services/ccc-simulator/games.hpp"

namespace watchtower::simulator {

/// Lets the worlds move with the time outside. Slower than asked when they take longer to move; the steps stay the
/// same. Thread-safe.
class Pace {
public:
    /// `speed`: game seconds in a second; 0: the worlds only move by hand. The games must outlive it.
    Pace(Games& games, double speed);
    ~Pace();
    Pace(const Pace&) = delete;
    Pace& operator=(const Pace&) = delete;

    /// When it returns no world moves by itself any more.
    void pause();
    void resume();
    [[nodiscard]] bool paused() const { return paused_; }
    [[nodiscard]] double speed() const { return speed_; }

private:
    void run(const std::stop_token& stop);
    /// Steps that are due, at most a part of a second's; false: none were due.
    bool catch_up(std::chrono::steady_clock::time_point now);

    Games& games_;
    const double speed_;
    std::atomic<bool> paused_;
    std::mutex stepping_;
    std::chrono::steady_clock::time_point origin_;
    double done_ = 0;  ///< game seconds since origin_
    std::jthread thread_;
};

}  // namespace watchtower::simulator
