#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "services/api-gateway/dashboard.hpp"
#include "services/api-gateway/once_cache.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/turns.hpp"

namespace watchtower::gateway {

/// How often answers from PostgreSQL were asked for, by how they were had.
struct StoredMetrics {
    explicit StoredMetrics(prometheus::Registry& registry);

    prometheus::Counter& kept;      ///< from memory
    prometheus::Counter& waited;    ///< by somebody else's query under way
    prometheus::Counter& computed;  ///< by a query
    prometheus::Counter& failed;    ///< the query failed
    prometheus::Counter& refused;   ///< too many wait for PostgreSQL already; snapshots and histories included
};

/// What is answered from PostgreSQL. At most `most_waiting` requests wait for it at a time, so that a slow database
/// leaves threads for everything else; who comes then is answered 503. Thread-safe. Everything given must outlive it.
class Stored {
public:
    struct Options {
        int most_waiting = 4;
        std::size_t cached_answers = 64;
    };

    Stored(postgres::Client& database, const Current& current, StoredMetrics metrics, const Options& options)
        : database_(database),
          current_(current),
          metrics_(metrics),
          turns_(options.most_waiting, metrics_.refused),
          cache_(options.cached_answers) {}

    // Handlers.
    [[nodiscard]] http::Reply snapshot(const http::Request& request, const Access& access);
    [[nodiscard]] http::Reply dashboard(const http::Request& request);

    /// For others that wait for the same database.
    [[nodiscard]] Turns& turns() { return turns_; }

    /// What `ask` returns, in a turn. Throws HttpError 503 with Retry-After where it throws Unavailable.
    template <typename Ask>
    auto counted(const Ask& ask) {
        const Turns::Turn turn(turns_);
        try {
            auto value = ask();
            metrics_.computed.Increment();
            return value;
        } catch (const Unavailable& failure) {
            refuse(failure);
        }
    }

    /// The same, of a value that may be in memory already or on its way there.
    template <typename Key, typename Value, typename Ask>
    Value kept_or_asked(OnceCache<Key, Value>& cache, const Key& key, const Ask& ask) {
        if (auto kept = cache.find(key)) {
            metrics_.kept.Increment();
            return *std::move(kept);
        }
        const Turns::Turn turn(turns_);
        try {
            CacheUse use = CacheUse::computed;
            Value value = cache.get(key, ask, &use);
            (use == CacheUse::computed ? metrics_.computed : metrics_.waited).Increment();
            return value;
        } catch (const Unavailable& failure) {
            refuse(failure);
        }
    }

private:
    [[nodiscard]] Rendered compute(const DashboardQuestion& question, TimePoint timestamp);
    /// Counts and logs it; throws the 503.
    [[noreturn]] void refuse(const Unavailable& failure);

    postgres::Client& database_;
    const Current& current_;
    StoredMetrics metrics_;
    Turns turns_;
    OnceCache<DashboardQuestion, Rendered> cache_;
};

extern const Parameter<TimePoint> kTick;           ///< {tick}
extern const Parameter<std::int64_t> kTimeWindow;  ///< ?time_window= in seconds

}  // namespace watchtower::gateway
