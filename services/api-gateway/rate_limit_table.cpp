#include "services/api-gateway/rate_limit_table.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace watchtower::gateway {

namespace {

/// A replica may keep this part of what is left, so limits up to twice of it are counted request by request.
constexpr std::int64_t kPartTakenAtOnce = 64;
constexpr std::int64_t kMostTakenAtOnce = 1'000;

Allowance allowance(bool granted,
                    std::int64_t remaining,
                    RateLimitTable::TimePoint ends,
                    RateLimitTable::TimePoint now) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(ends - now);
    return {granted, remaining, std::max(left, std::chrono::seconds(1))};
}

}  // namespace

RateLimitTable::RateLimitTable(std::int64_t per_minute, std::size_t capacity)
    : per_minute_(per_minute),
      shard_capacity_(std::max<std::size_t>(1, capacity / kShards)) {}

void RateLimitTable::Minute::begin(TimePoint now, std::int64_t requests) {
    ends = now + kMinute;
    remaining = requests;
    held = 0;
    uncounted = 0;
    was_counted = false;
}

RateLimitTable::Shard& RateLimitTable::shard_of(std::string_view caller) {
    return shards_.at(std::hash<std::string_view>()(caller) % kShards);
}

RateLimitTable::Minute& RateLimitTable::minute_of(Shard& shard, std::string_view caller, TimePoint now) const {
    if (const auto known = shard.by_caller.find(caller); known != shard.by_caller.end()) {
        const auto minute = known->second;
        shard.minutes.splice(shard.minutes.end(), shard.minutes, minute);
        if (now >= minute->ends) {
            minute->begin(now, per_minute_);
        }
        return *minute;
    }
    if (shard.minutes.size() >= shard_capacity_) {
        shard.by_caller.erase(shard.minutes.front().caller);
        shard.minutes.pop_front();
    }
    Minute& minute = shard.minutes.emplace_back(std::string(caller));
    minute.begin(now, per_minute_);
    shard.by_caller.emplace(minute.caller, std::prev(shard.minutes.end()));
    return minute;
}

std::variant<Allowance, RateLimitTable::Question> RateLimitTable::take(std::string_view caller, TimePoint now) {
    Shard& shard = shard_of(caller);
    const std::lock_guard lock(shard.mutex);
    Minute& minute = minute_of(shard, caller, now);
    if (minute.held > 0) {
        --minute.held;
        --minute.remaining;
        return allowance(true, minute.remaining, minute.ends, now);
    }
    if (minute.remaining <= 0) {
        return allowance(false, 0, minute.ends, now);
    }
    Question question;
    if (minute.was_counted) {
        question.taken = std::clamp<std::int64_t>(minute.remaining / kPartTakenAtOnce, 1, kMostTakenAtOnce);
    }
    if (minute.uncounted > 0) {
        question.uncounted = std::exchange(minute.uncounted, 0);
        question.window = std::chrono::ceil<std::chrono::milliseconds>(minute.ends - now);
    }
    return question;
}

Allowance RateLimitTable::counted(std::string_view caller,
                                  TimePoint now,
                                  const Question& question,
                                  std::int64_t count,
                                  std::chrono::milliseconds left) {
    Shard& shard = shard_of(caller);
    const std::lock_guard lock(shard.mutex);
    Minute& minute = minute_of(shard, caller, now);
    const std::int64_t before = count - question.taken;
    const std::int64_t got = std::clamp<std::int64_t>(per_minute_ - before, 0, question.taken);
    minute.was_counted = true;
    minute.ends = now + std::clamp(left, std::chrono::milliseconds(1), kMinute);
    minute.held += std::max<std::int64_t>(got - 1, 0);
    minute.remaining = std::max<std::int64_t>(per_minute_ - count, 0) + minute.held;
    return allowance(got > 0, minute.remaining, minute.ends, now);
}

Allowance RateLimitTable::take_alone(std::string_view caller, TimePoint now, const Question& unasked) {
    Shard& shard = shard_of(caller);
    const std::lock_guard lock(shard.mutex);
    Minute& minute = minute_of(shard, caller, now);
    minute.uncounted += unasked.uncounted;
    if (minute.remaining <= 0) {
        return allowance(false, 0, minute.ends, now);
    }
    --minute.remaining;
    ++minute.uncounted;
    return allowance(true, minute.remaining, minute.ends, now);
}

std::size_t RateLimitTable::size() const {
    std::size_t sum = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        sum += shard.minutes.size();
    }
    return sum;
}

}  // namespace watchtower::gateway
