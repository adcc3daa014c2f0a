#include "services/api-gateway/shared_cache.hpp"

#include <chrono>
#include <optional>
#include <random>
#include <thread>

#include "common/base/log.hpp"
#include "proto-json/names.hpp"

namespace watchtower::gateway {

namespace {

const redis::CallOptions kRepeatable{.repeatable = true};

/// Keys: the value, the lock. Arguments: who asks, how long the lock lasts (milliseconds). Answers with the value, and
/// with 1 when there is none and the lock is theirs. In one step: a value put in between would be computed again.
const redis::Script kFindOrLock{R"(
local kept = redis.call('GET', KEYS[1])
if kept then
    return {kept, 0}
end
return {false, redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0}
)"};

/// Keys: the lock. Arguments: its holder.
const redis::Script kUnlock{R"(
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
)"};

std::string random_token() {
    std::random_device random;
    return std::to_string(random()) + "-" + std::to_string(random());
}

/// Gives a lock back. Where that fails, it expires.
class Unlock {
public:
    Unlock(redis::Client& redis, const std::string& key, const std::string& token)
        : redis_(redis),
          key_(key),
          token_(token) {}
    ~Unlock() {
        try {
            redis_.script(kUnlock, {key_}, {token_}, kRepeatable);
        } catch (const std::exception& error) {
            log::warn("unlock_failed", {{"key", key_}, {"error", error.what()}});
        }
    }
    Unlock(const Unlock&) = delete;
    Unlock& operator=(const Unlock&) = delete;

private:
    redis::Client& redis_;
    const std::string& key_;
    const std::string& token_;
};

}  // namespace

SharedCache::SharedCache(redis::Client& redis, const Options& options)
    : redis_(redis),
      options_(options),
      token_(random_token()) {}

std::optional<std::string> SharedCache::find_or_lock(const std::string& value_key, const std::string& lock_key) {
    const auto until = std::chrono::steady_clock::now() + options_.patience;
    const std::string computing = std::to_string(options_.computing.count());
    for (;;) {
        const redis::Reply found = redis_.script(kFindOrLock, {value_key, lock_key}, {token_, computing});
        if (auto kept = found.at(0).optional_text()) {
            return kept;
        }
        if (found.at(1).integer() == 1) {
            return std::nullopt;
        }
        if (std::chrono::steady_clock::now() >= until) {
            throw BeingComputed("another replica is computing this; try again in a moment");
        }
        std::this_thread::sleep_for(options_.look_every);
    }
}

std::string SharedCache::get(const std::string& key, const std::function<std::string()>& compute) {
    const std::string value_key = proto::computed_key(key);
    const std::string lock_key = proto::computing_key(key);
    try {
        if (auto kept = find_or_lock(value_key, lock_key)) {
            return *std::move(kept);
        }
    } catch (const BeingComputed&) {
        throw;
    } catch (const Unavailable&) {
        return compute();  // each replica by itself; the client's dependency has logged why
    }
    const Unlock unlock(redis_, lock_key, token_);
    std::string value = compute();
    try {
        redis_.command({"SET", value_key, value, "PX", std::to_string(options_.lifetime.count())}, kRepeatable);
    } catch (const Unavailable&) {  // the others compute it as well
    }
    return value;
}

}  // namespace watchtower::gateway
