#include "services/api-gateway/rate_limit.hpp"

#include <utility>
#include <variant>

#include "common/base/log.hpp"
#include "common/http/address_set.hpp"
#include "proto-json/names.hpp"

namespace watchtower::gateway {

namespace {

/// So that workers do not wait for each other's answers.
constexpr std::size_t kConnections = 4;
constexpr std::size_t kClientNetworkBits = 64;

// KEYS: the caller's count. ARGV: what to add, milliseconds until a new one goes. Returns the count and the
// milliseconds that are left of it.
constexpr const char* kCount = R"(
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return {count, left}
)";

prometheus::Counter& decisions(prometheus::Registry& registry, const char* counted_by, const char* result) {
    return prometheus::BuildCounter()
        .Name("watchtower_rate_limit_decisions_total")
        .Help("Requests under RATE_LIMIT, by who counted them and whether they were let in.")
        .Register(registry)
        .Add({{"counted_by", counted_by}, {"result", result}});
}

}  // namespace

RateLimitMetrics::RateLimitMetrics(prometheus::Registry& registry)
    : granted(decisions(registry, "all_replicas", "granted")),
      refused(decisions(registry, "all_replicas", "refused")),
      granted_alone(decisions(registry, "this_replica", "granted")),
      refused_alone(decisions(registry, "this_replica", "refused")) {}

std::string counted_as(const Caller& caller, std::string_view address) {
    if (caller.kind == Caller::Kind::with_key) {
        return "key:" + caller.key_id;
    }
    std::string text = "address:";
    if (address.find(':') == std::string_view::npos) {
        return text.append(address);
    }
    const auto parsed = http::parse_ip_address(address);
    return text + (parsed ? http::to_text(parsed->network(kClientNetworkBits)) : std::string(address));
}

RateLimit::RateLimit(const Options& options, std::shared_ptr<Dependency> redis_state, RateLimitMetrics metrics)
    : options_(options),
      redis_state_(std::move(redis_state)),
      metrics_(metrics),
      table_(options.per_minute, options.known_callers) {
    for (std::size_t i = 0; options.per_minute > 0 && i < kConnections; ++i) {
        connections_.push_back(std::make_unique<redis::Client>(
            redis::Options{.url = options.redis_url, .connect_timeout = options.timeout, .timeout = options.timeout},
            redis_state_));
    }
}

void RateLimit::admit(const Caller& caller, std::string_view address, std::vector<http::Pair>& headers) {
    if (options_.per_minute == 0) {
        return;
    }
    const Allowance allowance = decide(counted_as(caller, address));
    const std::string reset = std::to_string(allowance.reset.count());
    headers.emplace_back("RateLimit-Limit", std::to_string(options_.per_minute));
    headers.emplace_back("RateLimit-Remaining", std::to_string(allowance.remaining));
    headers.emplace_back("RateLimit-Reset", reset);
    if (!allowance.granted) {
        throw http::HttpError(429,
                              "these were more than " + std::to_string(options_.per_minute) +
                                  " requests within a minute; try again in " + reset + " s",
                              {{"Retry-After", reset}});
    }
}

Allowance RateLimit::decide(const std::string& caller) {
    const TimePoint now = std::chrono::steady_clock::now();
    const auto taken = table_.take(caller, now);
    if (const auto* const allowance = std::get_if<Allowance>(&taken)) {
        count(*allowance, alone_);
        return *allowance;
    }
    const auto& question = std::get<RateLimitTable::Question>(taken);
    if (may_ask(now)) {
        try {
            return ask(caller, question);
        } catch (const Error& e) {  // this replica's own count takes its place
            leave_alone(now, e.what());
        }
    } else if (redis_state_->state() == DependencyState::down) {
        tell_alone("redis is away");
    }
    const Allowance allowance = table_.take_alone(caller, now, question);
    count(allowance, true);
    return allowance;
}

Allowance RateLimit::ask(const std::string& caller, const RateLimitTable::Question& question) {
    const TimePoint asked = std::chrono::steady_clock::now();
    const auto reply = connection().script(
        {kCount},
        {proto::rate_limit_key(caller)},
        {std::to_string(question.taken + question.uncounted), std::to_string(question.window.count())});
    const TimePoint now = std::chrono::steady_clock::now();
    const std::chrono::milliseconds left(reply.at(1).integer());
    const Allowance allowance = table_.counted(caller, now, question, reply.at(0).integer(), left);
    count(allowance, false);
    if (now - asked > options_.slow) {
        leave_alone(now, "redis: it is slow");
    } else if (alone_.exchange(false)) {
        log::info("rate_limit_shared", {{"effect", "all replicas count together again"}});
    }
    return allowance;
}

bool RateLimit::may_ask(TimePoint now) const {
    return redis_state_->state() == DependencyState::up && now.time_since_epoch().count() >= next_question_;
}

void RateLimit::leave_alone(TimePoint now, std::string_view why) {
    next_question_ = (now + options_.rest).time_since_epoch().count();
    tell_alone(why);
}

void RateLimit::tell_alone(std::string_view why) {
    if (!alone_.exchange(true)) {
        log::warn("rate_limit_alone", {{"error", why}, {"effect", "each replica counts by itself"}});
    }
}

void RateLimit::count(const Allowance& allowance, bool alone) {
    if (alone) {
        (allowance.granted ? metrics_.granted_alone : metrics_.refused_alone).Increment();
    } else {
        (allowance.granted ? metrics_.granted : metrics_.refused).Increment();
    }
}

redis::Client& RateLimit::connection() {
    static std::atomic<std::size_t> threads = 0;
    thread_local const std::size_t kThread = threads++;
    return *connections_[kThread % connections_.size()];
}

}  // namespace watchtower::gateway
