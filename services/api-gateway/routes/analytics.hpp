#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "services/api-gateway/once_cache.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/stored.hpp"
#include "services/api-gateway/shared_cache.hpp"

namespace watchtower::gateway {

extern const Parameter<std::int64_t> kDays;  ///< ?days=

/// What is computed over a world's stored past, once a tick for all replicas. Without PostgreSQL the last answer is
/// given again: its timestamp tells its age. Thread-safe. Everything given must outlive it.
class Analytics {
public:
    Analytics(postgres::Client& database, redis::Client& redis, Stored& stored, const Current& current)
        : database_(database),
          stored_(stored),
          current_(current),
          shared_(redis),
          answers_(kAnswers) {}

    // Handlers; each throws HttpError: 404 for an unknown world, 503 with Retry-After where there is no answer.
    [[nodiscard]] http::Reply averages(const http::Request& request);
    [[nodiscard]] http::Reply engagement(const http::Request& request);
    [[nodiscard]] http::Reply economy(const http::Request& request);

private:
    using Compute = std::function<std::string(pqxx::transaction_base& transaction, const proto::State& state)>;

    /// A world and what is asked of it: "averages:7".
    using Question = std::pair<std::string, std::string>;
    struct Answer {
        Rendered rendered;
        TimePoint tick;
        bool simulated = false;
    };

    static constexpr std::size_t kAnswers = 64;

    [[nodiscard]] http::Reply answer(const http::Request& request, const std::string& what, const Compute& compute);
    [[nodiscard]] Answer compute_or_fetch(const Question& question, const proto::State& state, const Compute& compute);
    [[nodiscard]] std::optional<Answer> last_answer(const Question& question);
    void keep(const Question& question, const Answer& answer);

    postgres::Client& database_;
    Stored& stored_;
    const Current& current_;
    SharedCache shared_;
    OnceCache<std::pair<Question, TimePoint>, Answer> answers_;
    std::mutex mutex_;                 ///< for what follows
    std::map<Question, Answer> last_;  ///< kAnswers at most
};

}  // namespace watchtower::gateway
