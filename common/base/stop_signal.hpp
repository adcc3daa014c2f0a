#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace watchtower {

/// Turns SIGTERM and SIGINT into a stop request. Construct it in main before any other thread exists: it blocks both
/// signals for every thread made afterwards, ignores SIGPIPE, and waits for them in a thread of its own. A second
/// signal changes nothing (a terminal's Ctrl-C often arrives twice). A process that has not destroyed it `grace` after
/// a signal is ended with exit code 0: whatever still hangs then waits for a server that does not answer, and every
/// write can be broken off and repeated.
class StopSignal {
public:
    explicit StopSignal(std::chrono::milliseconds grace = std::chrono::milliseconds(9000));
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

    /// Blocks until a signal came or request_stop was called.
    void wait();

    void request_stop() { source_.request_stop(); }

private:
    std::stop_source source_;
    std::jthread waiter_;
};

/// Blocks until `deadline` or until a stop is requested, whichever is first. True: it is time; false: stop.
bool wait_until(const std::stop_token& stop, std::chrono::system_clock::time_point deadline);
bool wait_for(const std::stop_token& stop, std::chrono::milliseconds duration);

}  // namespace watchtower
