#include "common/base/stop_signal.hpp"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "common/base/log.hpp"

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

StopSignal::StopSignal(std::chrono::milliseconds grace) {
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    waiter_ = std::jthread([this, set, grace](const std::stop_token& done) {
        std::optional<std::chrono::steady_clock::time_point> end;
        while (!done.stop_requested()) {
            const timespec tenth{0, 100'000'000};
            if (sigtimedwait(&set, nullptr, &tenth) > 0 && !end) {
                source_.request_stop();
                end = std::chrono::steady_clock::now() + grace;
            }
            if (end && std::chrono::steady_clock::now() >= *end) {
                log::warn("stopped_without_waiting", {{"after_ms", grace.count()}});
                std::_Exit(0);
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
