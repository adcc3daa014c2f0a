#include "services/publisher/lease.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <unistd.h>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kShortest{300};
constexpr Milliseconds kLongest{5'000};
constexpr int kRenewalsPerLease = 3;

/// Keys: the lease. Arguments: who asks, milliseconds. 1: it is theirs.
const redis::Script kTake{R"(
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
    return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1)"};

const redis::Script kGiveBack{R"(
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
return 1)"};

std::string make_id() {
    std::random_device random;
    return std::to_string(::getpid()) + "-" + std::to_string(random()) + std::to_string(random());
}

}  // namespace

Milliseconds Lease::duration_for(Milliseconds interval) {
    return std::clamp(interval / 3, kShortest, kLongest);
}

Lease::Lease(redis::Client& redis, const nats::Client& nats, Milliseconds duration, std::function<void()> changed)
    : redis_(redis),
      nats_(nats),
      duration_(duration),
      changed_(std::move(changed)),
      id_(make_id()) {}

Lease::~Lease() {
    thread_ = {};
    if (valid_until_.load() > SteadyClock::time_point::min()) {
        give_back();
    }
}

void Lease::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Standing Lease::standing() const {
    return SteadyClock::now() < valid_until_.load() ? Standing::leader : otherwise_.load();
}

void Lease::run(const std::stop_token& stop) {
    Standing told = Standing::follower;
    while (!stop.stop_requested()) {
        renew();
        if (const Standing now = standing(); std::exchange(told, now) != now) {
            log::info("standing_changed",
                      {{"standing",
                        now == Standing::leader     ? "leader"
                        : now == Standing::follower ? "follower"
                                                    : "alone"}});
            changed_();
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, duration_ / kRenewalsPerLease, [] { return false; });
    }
}

void Lease::renew() {
    if (!nats_.connected()) {
        otherwise_ = Standing::follower;
        if (valid_until_.exchange(SteadyClock::time_point::min()) > SteadyClock::time_point::min()) {
            give_back();
        }
        return;
    }
    try {
        const auto asked = SteadyClock::now();
        const bool held =
            redis_.script(kTake, {proto::kPublisherKey}, {id_, std::to_string(duration_.count())}, {.repeatable = true})
                .integer() == 1;
        otherwise_ = Standing::follower;
        valid_until_ = held ? asked + duration_ : SteadyClock::time_point::min();
    } catch (const std::exception& e) {
        if (otherwise_.exchange(Standing::alone) != Standing::alone) {
            log::warn("lease_not_renewed", {{"error", e.what()}});
        }
    }
}

void Lease::give_back() noexcept {
    try {
        (void)redis_.script(kGiveBack, {proto::kPublisherKey}, {id_}, {.repeatable = true});
    } catch (const std::exception& e) {
        log::debug("lease_not_given_back", {{"error", e.what()}});
    }
}

}  // namespace watchtower::publisher
