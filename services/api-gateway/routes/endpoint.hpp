#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/server.hpp"
#include "services/api-gateway/access.hpp"

namespace watchtower::gateway {

/// One row of the gateway's route table: what the server needs, and what the documentation tells of it.
struct Endpoint {
    http::Route route;
    Need need = Need::nothing;
    std::string_view tag;           ///< the chapter of the documentation; empty: not documented (the page's own files)
    std::string_view schema;        ///< of the answer's JSON, by its name in openapi_base.json; empty: other text
    std::string_view content_type;  ///< of the answer
    std::vector<int> problems;      ///< statuses it answers with instead, as application/problem+json
    int status = 200;               ///< of the answer
};

inline constexpr std::string_view kVersionedPrefix = "/api/v1/";

/// "/api/metrics/current" of "/api/v1/metrics/current": where the original served it, and where it still answers.
[[nodiscard]] std::string unversioned(std::string_view pattern);

/// Whether this is such a path.
[[nodiscard]] bool is_unversioned(std::string_view path);

/// What the server is given: each endpoint behind its key check, those under /api/v1/ also under /api/. `access` must
/// outlive the routes.
[[nodiscard]] std::vector<http::Route> to_routes(const std::vector<Endpoint>& endpoints, const Access& access);

/// Adds Deprecation and the successor's Link to what was answered under /api/ without a version.
void mark_deprecated(const http::Request& request, http::Reply& reply);

}  // namespace watchtower::gateway
