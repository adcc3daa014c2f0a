#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/redis/client.hpp"

namespace watchtower::gateway {

/// Another replica computes what was asked for, and takes longer than a request can wait.
class BeingComputed : public Unavailable {
public:
    using Unavailable::Unavailable;
};

/// Texts that are dear to compute, shared by all replicas through Redis: one of them computes, the others take what it
/// made. Without Redis each replica computes by itself. Thread-safe; calls of one process with one key are best put
/// behind a OnceCache, since each of them looks into Redis.
class SharedCache {
public:
    struct Options {
        Milliseconds lifetime{300'000};  ///< of what was computed
        Milliseconds computing{10'000};  ///< nobody computes for longer: then the next one may
        Milliseconds patience{2'000};    ///< waiting for another replica's result
        Milliseconds look_every{50};     ///< meanwhile
    };

    /// `redis` must outlive this.
    explicit SharedCache(redis::Client& redis) : SharedCache(redis, Options{}) {}
    SharedCache(redis::Client& redis, const Options& options);

    /// The text of this key, from Redis or from `compute`. Throws what compute throws, and BeingComputed.
    [[nodiscard]] std::string get(const std::string& key, const std::function<std::string()>& compute);

private:
    /// The text, or nothing: this replica is to compute it. Throws as get does, and as the client does.
    [[nodiscard]] std::optional<std::string> find_or_lock(const std::string& value_key, const std::string& lock_key);

    redis::Client& redis_;
    const Options options_;
    const std::string token_;
};

}  // namespace watchtower::gateway
