#pragma once

#include <string>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/stored.hpp"
#include "services/api-gateway/routes/tasks.hpp"

namespace watchtower::gateway {

// The parameters of lists of suspects.
extern const Parameter<std::string> kSuspectState;   ///< ?state=
extern const Parameter<std::string> kSuspectKind;    ///< ?kind=
extern const Parameter<std::int64_t> kSuspectLimit;  ///< ?limit=
extern const Parameter<std::string> kSuspectCursor;  ///< ?cursor=

/// What is answered of suspects, from PostgreSQL; reviews of them are tasks of the collectors. Thread-safe. Everything
/// given must outlive it.
class Moderation {
public:
    Moderation(postgres::Client& database, Stored& stored, Tasks& tasks, const Current& current, const Clock& clock)
        : database_(database),
          stored_(stored),
          tasks_(tasks),
          current_(current),
          clock_(clock) {}

    // Handlers; each throws HttpError as Current::world_for does, 503 with Retry-After without PostgreSQL.
    [[nodiscard]] http::Reply list(const http::Request& request);
    /// 202 as Tasks::queue. Throws BadInput that names a wrong field of the body, HttpError 404 for a player who is no
    /// suspect of what the review is about.
    [[nodiscard]] http::Reply review(const http::Request& request);

private:
    postgres::Client& database_;
    Stored& stored_;
    Tasks& tasks_;
    const Current& current_;
    const Clock& clock_;
};

}  // namespace watchtower::gateway
