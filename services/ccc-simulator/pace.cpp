#include "services/ccc-simulator/pace.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower::simulator {

namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBeat{50};
constexpr double kMostBehind = 2;  ///< seconds, then the lost time is given up

}  // namespace

Pace::Pace(Games& games, double speed)
    : games_(games),
      speed_(speed),
      paused_(speed <= 0),
      origin_(steady_clock::now()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Pace::~Pace() = default;

void Pace::pause() {
    paused_ = true;
    const std::lock_guard lock(stepping_);
}

void Pace::resume() {
    const std::lock_guard lock(stepping_);
    if (speed_ > 0 && paused_) {
        origin_ = steady_clock::now();
        done_ = 0;
        paused_ = false;
    }
}

void Pace::run(const std::stop_token& stop) {
    do {
        while (!stop.stop_requested() && catch_up(steady_clock::now())) {
        }
    } while (wait_for(stop, kBeat));
}

bool Pace::catch_up(steady_clock::time_point now) {
    const std::lock_guard lock(stepping_);
    if (paused_) {
        return false;
    }
    const double elapsed = std::chrono::duration<double>(now - origin_).count();
    if (elapsed - done_ / speed_ > kMostBehind) {
        log::warn("worlds_behind", {{"seconds", elapsed - done_ / speed_}});
        origin_ = now;
        done_ = 0;
        return false;
    }
    const double due = std::floor(elapsed * speed_ - done_);
    const double steps = std::min(due, std::max(1.0, std::floor(speed_ / 10)));
    if (steps < 1) {
        return false;
    }
    for (const auto& game : games_) {
        game->step(static_cast<std::uint32_t>(steps));
    }
    done_ += steps;
    return steps < due;
}

}  // namespace watchtower::simulator
