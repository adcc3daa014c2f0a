#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "common/base/dependency.hpp"
#include "common/http/message.hpp"
#include "common/redis/client.hpp"
#include "services/api-gateway/access.hpp"
#include "services/api-gateway/rate_limit_table.hpp"

namespace watchtower::gateway {

/// Decisions by who counted and what came of it.
struct RateLimitMetrics {
    explicit RateLimitMetrics(prometheus::Registry& registry);

    prometheus::Counter& granted;        ///< counted over all replicas
    prometheus::Counter& refused;        ///< so
    prometheus::Counter& granted_alone;  ///< by this replica's own count, Redis being away
    prometheus::Counter& refused_alone;  ///< so
};

/// RATE_LIMIT: how many requests a minute each key, or each address without an accepted key, may make over all
/// replicas, which count together in Redis (docs/access.md). A request waits for Redis at most once and shortly; while
/// it is away or slow each replica counts by itself, and adds that when it is back. Thread-safe.
class RateLimit {
public:
    using TimePoint = RateLimitTable::TimePoint;

    struct Options {
        std::int64_t per_minute = 0;                    ///< 0: no limit
        std::string redis_url = "redis://127.0.0.1:1";  ///< as redis::Client reads it
        std::size_t known_callers = 65'536;             ///< as RateLimitTable's capacity
        std::chrono::milliseconds timeout{200};         ///< of connecting and of an answer
        std::chrono::milliseconds slow{100};            ///< an answer that took longer has Redis left alone for `rest`
        std::chrono::milliseconds rest{1'000};          ///< so does a failure
    };

    /// `redis_state` is what the process knows of Redis: it is asked while it is up. Somebody else has to find out that
    /// it is back; nobody's request is spent on that.
    RateLimit(const Options& options, std::shared_ptr<Dependency> redis_state, RateLimitMetrics metrics);

    /// Counts the request, and adds RateLimit-Limit, -Remaining and -Reset. Throws HttpError 429 with Retry-After when
    /// the caller has none left. `address` is the client's, without port.
    void admit(const Caller& caller, std::string_view address, std::vector<http::Pair>& headers);

private:
    [[nodiscard]] Allowance decide(const std::string& caller);
    [[nodiscard]] Allowance ask(const std::string& caller, const RateLimitTable::Question& question);
    [[nodiscard]] bool may_ask(TimePoint now) const;
    void leave_alone(TimePoint now, std::string_view why);
    void tell_alone(std::string_view why);
    void count(const Allowance& allowance, bool alone);
    [[nodiscard]] redis::Client& connection();

    const Options options_;
    const std::shared_ptr<Dependency> redis_state_;
    RateLimitMetrics metrics_;
    RateLimitTable table_;
    std::vector<std::unique_ptr<redis::Client>> connections_;
    std::atomic<TimePoint::rep> next_question_ = 0;  ///< of the steady clock
    std::atomic<bool> alone_ = false;                ///< as last logged
};

/// Whose minute a request counts in: "key:<id>", "address:192.0.2.1", or the /64 network of an IPv6 address, which one
/// client has all of.
[[nodiscard]] std::string counted_as(const Caller& caller, std::string_view address);

}  // namespace watchtower::gateway
