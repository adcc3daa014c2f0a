#include "services/api-gateway/cors.hpp"

#include <algorithm>

namespace watchtower::gateway {

namespace {

/// Scheme, host and perhaps a port, in lower case, without a path: what browsers put into Origin.
bool is_origin(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos ||
        (text.substr(0, scheme_end) != "http" && text.substr(0, scheme_end) != "https")) {
        return false;
    }
    const std::string_view host = text.substr(scheme_end + 3);
    return !host.empty() &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == std::string_view::npos;
}

}  // namespace

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
    any_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
    for (const std::string& origin : origins_) {
        if (origin != "*" && !is_origin(origin)) {
            throw BadInput("CORS_ORIGINS: '" + origin + "' is not an origin like https://example.org");
        }
    }
}

bool Cors::allows(std::string_view origin) const {
    return any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void Cors::decorate(const http::Request& request, http::Reply& reply) const {
    if (origins_.empty()) {
        return;
    }
    if (!any_) {
        reply.with("Vary", "Origin");
    }
    const auto origin = request.header("origin");
    if (!origin || !allows(*origin)) {
        return;
    }
    reply.with("Access-Control-Allow-Origin", any_ ? "*" : std::string(*origin));
    if (request.method == http::Method::options) {
        reply.with("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
        reply.with("Access-Control-Allow-Headers",
                   "Authorization, X-API-Key, X-Request-Id, If-None-Match, Content-Type, Last-Event-ID, Cache-Control");
        reply.with("Access-Control-Max-Age", "600");
        return;
    }
    reply.with("Access-Control-Expose-Headers",
               "ETag, Link, Location, Deprecation, Retry-After, WWW-Authenticate, X-Request-Id, RateLimit-Limit, "
               "RateLimit-Remaining, RateLimit-Reset, Watchtower-World, Watchtower-Tick, Watchtower-Simulated");
}

}  // namespace watchtower::gateway
