#pragma once

#include "common/http/message.hpp"
#include "common/postgres/client.hpp"
#include "services/api-gateway/once_cache.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/players.hpp"
#include "services/api-gateway/routes/current.hpp"
#include "services/api-gateway/routes/stored.hpp"

namespace watchtower::gateway {

// The parameters of lists of players.
extern const Parameter<std::string> kPlayerSort;    ///< ?sort=
extern const Parameter<std::string> kSortOrder;     ///< ?order=
extern const Parameter<std::int64_t> kPlayerLimit;  ///< ?limit=
extern const Parameter<std::string> kPlayerCursor;  ///< ?cursor=

/// What is answered of players as they are now. The beginnings of lists, which are the same for everybody, are asked
/// for once a tick. Thread-safe. Everything given must outlive it.
class Players {
public:
    Players(postgres::Client& database, Stored& stored, const Current& current)
        : database_(database),
          stored_(stored),
          current_(current),
          beginnings_(kBeginnings) {}

    // Handlers; each throws HttpError: 404 for an unknown world or player, 503 with Retry-After without PostgreSQL.
    [[nodiscard]] http::Reply list(const http::Request& request);
    [[nodiscard]] http::Reply one(const http::Request& request);

private:
    /// An answer's text and the tick it tells of, which may be another than the state's for a moment.
    struct Told {
        std::string body;
        TimePoint tick;
    };
    /// The same, ready to be sent.
    struct Page {
        Rendered rendered;
        TimePoint tick;
    };
    /// By the tick of the state that was known when it was asked for.
    using Beginning = std::pair<TimePoint, PlayersQuestion>;

    static constexpr std::size_t kBeginnings = 64;

    [[nodiscard]] Told ask(const PlayersQuestion& question, const proto::State& state);
    [[nodiscard]] http::Reply reply(const Page& page, const proto::State& state, const http::Request& request) const;

    postgres::Client& database_;
    Stored& stored_;
    const Current& current_;
    OnceCache<Beginning, Page> beginnings_;
};

}  // namespace watchtower::gateway
