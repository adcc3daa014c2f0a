#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace watchtower::http {

/// Threads that do one job after the other, for handlers that wait. Thread-safe.
class WaitingThreads {
public:
    WaitingThreads(int threads, std::size_t most_queued);
    /// As stop().
    ~WaitingThreads();
    WaitingThreads(const WaitingThreads&) = delete;
    WaitingThreads& operator=(const WaitingThreads&) = delete;

    /// The job must not throw. False: it was not taken, as `most_queued` wait for a thread, or none is left.
    [[nodiscard]] bool post(std::function<void()> job);

    /// Waits for the jobs under way; those that wait for a thread are dropped.
    void stop();

private:
    void run();

    const std::size_t most_queued_;
    std::mutex mutex_;  ///< for the next three
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace watchtower::http
