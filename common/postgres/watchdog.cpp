#include "common/postgres/watchdog.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace watchtower::postgres {

Watchdog::Watchdog() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

Watchdog::Id Watchdog::arm(int socket, TimePoint deadline) {
    const std::lock_guard lock(mutex_);
    deadline = std::min(deadline, end_);
    watches_.emplace(++last_id_, Watch{socket, deadline, false});
    if (deadline < sleeps_until_) {
        changed_.notify_all();
    }
    return last_id_;
}

bool Watchdog::disarm(Id id) {
    const std::lock_guard lock(mutex_);
    const auto found = watches_.find(id);
    const bool fired = found != watches_.end() && found->second.fired;
    if (found != watches_.end()) {
        watches_.erase(found);
    }
    return fired;
}

bool Watchdog::has_fired(Id id) const {
    const std::lock_guard lock(mutex_);
    const auto found = watches_.find(id);
    return found != watches_.end() && found->second.fired;
}

void Watchdog::end_by(TimePoint end) {
    const std::lock_guard lock(mutex_);
    if (end_ != TimePoint::max()) {
        return;
    }
    end_ = end;
    for (auto& [id, watch] : watches_) {
        watch.deadline = std::min(watch.deadline, end);
    }
    changed_.notify_all();
}

Watchdog::TimePoint Watchdog::end() const {
    const std::lock_guard lock(mutex_);
    return end_;
}

/// The next deadline.
Watchdog::TimePoint Watchdog::fire_due() {
    const auto now = std::chrono::steady_clock::now();
    auto next = TimePoint::max();
    for (auto& [id, watch] : watches_) {
        if (!watch.fired && watch.deadline <= now) {
            ::shutdown(watch.socket, SHUT_RDWR);
            watch.fired = true;
        } else if (!watch.fired) {
            next = std::min(next, watch.deadline);
        }
    }
    return next;
}

void Watchdog::loop(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        sleeps_until_ = fire_due();
        const auto sooner = [this] {
            return std::any_of(watches_.begin(), watches_.end(), [this](const auto& entry) {
                return !entry.second.fired && entry.second.deadline < sleeps_until_;
            });
        };
        if (sleeps_until_ == TimePoint::max()) {
            changed_.wait(lock, stop, sooner);
        } else {
            changed_.wait_until(lock, stop, sleeps_until_, sooner);
        }
    }
}

}  // namespace watchtower::postgres
