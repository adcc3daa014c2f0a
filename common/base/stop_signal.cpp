#include "common/base/stop_signal.hpp"

#include <csignal>
#include <ctime>

namespace watchtower {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

StopSignal::StopSignal() {
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    waiter_ = std::jthread([this, set](const std::stop_token& done) {
        while (!done.stop_requested()) {
            const timespec tenth{0, 100'000'000};
            if (sigtimedwait(&set, nullptr, &tenth) > 0) {
                source_.request_stop();
            }
        }
    });
}

StopSignal::~StopSignal() = default;

void StopSignal::wait() {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, source_.get_token(), [] { return false; });
}

bool wait_until(const std::stop_token& stop, std::chrono::system_clock::time_point deadline) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_until(lock, stop, deadline, [] { return false; });
    return !stop.stop_requested();
}

bool wait_for(const std::stop_token& stop, std::chrono::milliseconds duration) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace watchtower
