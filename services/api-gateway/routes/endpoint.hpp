#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/server.hpp"
#include "services/api-gateway/access.hpp"
#include "services/api-gateway/parameters.hpp"
#include "services/api-gateway/rate_limit.hpp"
#include "services/api-gateway/rendered.hpp"

namespace watchtower::gateway {

/// How long an answer is good, which its headers tell.
enum class Caching {
    no_store,         ///< of this moment and this client
    revalidate,       ///< has an ETag, to be asked with each time
    until_next_tick,  ///< has an ETag, is good until the world's next tick; its headers name world and tick
    settled           ///< the same of an earlier tick, which does not change: good for an hour
};

/// What a route answers when all is well.
struct Answer {
    int status = 200;
    std::string_view schema{};  ///< of its JSON, by its name in openapi/*.json; empty: other text
    std::string_view content_type = kJsonType;
    std::vector<std::string_view> other_content_types{};  ///< that it may have instead, for who prefers them
    Caching caching = Caching::until_next_tick;
    std::vector<std::string_view> headers{};  ///< further ones: "Location"
};

/// One row of the gateway's route table: routing, checks, the metrics' route label, /openapi.json and docs/api.md are
/// made of it.
struct Endpoint {
    http::Method method = http::Method::get;
    std::string pattern;         ///< "/api/v1/players/{player_id}"; what is under /api/v1/ answers under /api/ too
    std::string_view summary{};  ///< a few words without a full stop
    http::Handler handler{};     ///< called when key and parameters are in order
    Need need = Need::nothing;
    std::vector<ParameterDeclaration> parameters{};
    std::string_view tag{};      ///< the chapter of the documentation; empty: not documented (the pages' own files)
    std::string_view request{};  ///< the schema of its JSON body, by its name in openapi/*.json; empty: it has none
    Answer answer{};
    /// Further statuses it answers with, as application/problem+json. 400 and what access asks for go without saying.
    std::vector<int> problems{};
    /// Shell commands that ask it of localhost:8000; empty: curl with the examples of the required parameters.
    std::string_view example{};
    std::string_view description{};  ///< what the summary leaves out, in Markdown
};

inline constexpr std::string_view kVersionedPrefix = "/api/v1/";

/// "/api/metrics/current" of "/api/v1/metrics/current": where the original served it, and where it still answers.
[[nodiscard]] std::string unversioned(std::string_view pattern);

/// Whether this is such a path.
[[nodiscard]] bool is_unversioned(std::string_view path);

/// What the server is given: each endpoint behind its checks of key and parameters, those under /api/v1/ also under
/// /api/. Throws Error where pattern and parameters contradict each other. `access` and `limit` must outlive the
/// routes.
[[nodiscard]] std::vector<http::Route> to_routes(const std::vector<Endpoint>& endpoints,
                                                 const Access& access,
                                                 RateLimit& limit);

/// Adds Deprecation and the successor's Link to what was answered under /api/ without a version.
void mark_deprecated(const http::Request& request, http::Reply& reply);

}  // namespace watchtower::gateway
