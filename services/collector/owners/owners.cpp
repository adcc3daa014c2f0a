#include "services/collector/owners/owners.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

#include <unistd.h>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower::collector {

namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kLeastLease{300};
constexpr Milliseconds kMostLease{10'000};

/// A lease is renewed four times while it lasts. More often where that is long, so that others need not wait long for
/// what they ask for.
constexpr int kRoundsInLease = 4;
constexpr Milliseconds kMostPause{750};
/// While Redis is away; shorter, so that all find out soon that it is back.
constexpr Milliseconds kMostPauseAway{250};

/// A call that fails must leave time to go on without Redis before the lease has run out.
constexpr int kTimeoutsInLease = 3;
constexpr Milliseconds kMostTimeout{1'000};

Milliseconds pause_for(Milliseconds lease) {
    return std::min(lease / kRoundsInLease, kMostPause);
}

redis::Options redis_options(const Owners::Options& options) {
    const Milliseconds timeout = std::min(options.lease / kTimeoutsInLease, kMostTimeout);
    return {.url = options.redis_url, .connect_timeout = timeout, .timeout = timeout};
}

std::size_t random_below(std::size_t count) {
    return std::random_device()() % std::max<std::size_t>(count, 1);
}

}  // namespace

Milliseconds lease_for(Milliseconds interval) {
    return std::clamp(interval / 3, kLeastLease, kMostLease);
}

std::string new_collector_id() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::array<char, 9> random{};
    (void)std::snprintf(random.data(), random.size(), "%08x", std::random_device()());
    return std::string(host.data()) + "-" + std::to_string(::getpid()) + "-" + random.data();
}

Owners::Owners(Options options, std::shared_ptr<Dependency> redis, std::shared_ptr<Dependency> postgres)
    : options_(std::move(options)),
      redis_(redis_options(options_), std::move(redis)),
      leases_(redis_, options_.id, options_.worlds, options_.lease),
      locks_({.url = options_.database_url,
              .worlds = options_.worlds,
              .lease = options_.lease,
              .pause = pause_for(options_.lease)},
             std::move(postgres)),
      holdings_(options_.worlds.size(), options_.lease, steady_clock::now(), random_below(options_.worlds.size())),
      told_(options_.worlds.size(), false),
      owned_(options_.worlds.size()),
      busy_(options_.worlds.size()),
      deadline_(SteadyTime::min().time_since_epoch().count()),
      given_up_(options_.worlds.size(), false) {}

Owners::~Owners() {
    release();
}

void Owners::start() {
    locks_.start();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

bool Owners::owns(std::size_t world) const {
    return owned_.at(world) && steady_clock::now().time_since_epoch().count() < deadline_;
}

void Owners::set_busy(std::size_t world, bool busy) {
    busy_.at(world) = busy;
}

bool Owners::give_up(std::size_t world) {
    const std::lock_guard lock(mutex_);
    if (status_.means == Means::redis) {
        return false;
    }
    owned_.at(world) = false;
    given_up_.at(world) = true;
    return true;
}

void Owners::release() {
    if (!thread_.joinable()) {
        return;
    }
    locks_.request_stop();
    thread_.request_stop();
    thread_.join();
    deadline_ = SteadyTime::min().time_since_epoch().count();
    try {
        leases_.release();
    } catch (const std::exception& error) {
        log::debug("leases_not_released", {{"error", error.what()}});
    }
    locks_.stop();
}

Owners::Status Owners::status() const {
    std::size_t owned = 0;
    for (std::size_t i = 0; i < owned_.size(); ++i) {
        owned += owns(i) ? 1 : 0;
    }
    const std::lock_guard lock(mutex_);
    Status status = status_;
    status.owned = owned;
    return status;
}

void Owners::run(const std::stop_token& stop) {
    Milliseconds pause{0};
    do {
        round();
        pause = pause_for(options_.lease);
        if (holdings_.means() != Means::redis) {
            pause = std::min(pause, kMostPauseAway);
        }
    } while (wait_for(stop, pause));
}

void Owners::round() {
    const SteadyTime begin = steady_clock::now();
    holdings_.begin_round(begin);
    take_given_up();
    if (!ask_redis(begin)) {
        holdings_.without_redis(steady_clock::now(), locks_.seen());
    }
    locks_.want(holdings_.locks());
    publish();
}

bool Owners::ask_redis(SteadyTime begin) {
    try {
        const auto answer = leases_.round(holdings_.wishes(begin), holdings_.is_fresh());
        holdings_.by_redis(begin, steady_clock::now(), answer.worlds);
        collectors_ = answer.collectors;
        hand_over(answer.worlds);
        return true;
    } catch (const std::exception& error) {
        log::debug("leases_not_renewed", {{"error", error.what()}});
        return false;
    }
}

/// The worlds that others ask for and that are not busy: not owned from now on.
std::vector<std::size_t> Owners::withhold_idle(const std::vector<Leases::Place>& places) {
    std::vector<std::size_t> idle;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i] != Leases::Place::wanted) {
            continue;
        }
        const bool owned = owned_[i].exchange(false);
        if (busy_[i]) {
            owned_[i] = owned;
        } else {
            idle.push_back(i);
        }
    }
    return idle;
}

void Owners::hand_over(const std::vector<Leases::Place>& places) {
    const std::vector<std::size_t> idle = withhold_idle(places);
    if (idle.empty()) {
        return;
    }
    // Should the answer be lost, the next round tells what became of them.
    for (const std::size_t world : idle) {
        holdings_.lose(world);
    }
    const auto gone = leases_.hand_over(idle);
    for (const std::size_t world : idle) {
        if (std::find(gone.begin(), gone.end(), world) == gone.end()) {
            holdings_.keep(world);
        }
    }
}

void Owners::take_given_up() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < given_up_.size(); ++i) {
        if (given_up_[i]) {
            holdings_.shun(i, steady_clock::now());
            given_up_[i] = false;
        }
    }
}

/// Worlds go before the deadline is moved and come after it, so that no moment has one that was never confirmed.
void Owners::publish() {
    const std::vector<bool>& held = holdings_.held();
    std::size_t came = 0;
    std::size_t went = 0;
    {
        const std::lock_guard lock(mutex_);
        if (steady_clock::now().time_since_epoch().count() >= deadline_) {  // owns() has said no meanwhile
            went = static_cast<std::size_t>(std::count(told_.begin(), told_.end(), true));
            told_.assign(told_.size(), false);
        }
        for (std::size_t i = 0; i < held.size(); ++i) {
            const bool owned = held[i] && !given_up_[i];
            came += owned && !told_[i] ? 1 : 0;
            went += !owned && told_[i] ? 1 : 0;
            told_[i] = owned;
            if (!owned) {
                owned_[i] = false;
            }
        }
        deadline_ = holdings_.deadline().time_since_epoch().count();
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (told_[i]) {
                owned_[i] = true;
            }
        }
        status_.means = holdings_.means();
        status_.collectors = collectors_;
        status_.changes += came + went;
        ++status_.rounds;
    }
    report(came, went);
}

void Owners::report(std::size_t came, std::size_t went) {
    const Means means = holdings_.means();
    if (told_means_ != means) {
        if (means == Means::redis) {
            log::info("worlds_owned_by", {{"means", to_string(means)}});
        } else {
            log::warn("worlds_owned_by", {{"means", to_string(means)}});
        }
        told_means_ = means;
    }
    if (came + went == 0) {
        return;
    }
    log::info("worlds_owned",
              {{"owned", std::count(told_.begin(), told_.end(), true)},
               {"of", told_.size()},
               {"came", came},
               {"went", went},
               {"collectors", collectors_}});
    if (on_change_) {
        on_change_();
    }
}

}  // namespace watchtower::collector
