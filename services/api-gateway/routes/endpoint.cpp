#include "services/api-gateway/routes/endpoint.hpp"

#include <utility>

namespace watchtower::gateway {

namespace {

constexpr std::string_view kUnversionedPrefix = "/api/";

}  // namespace

std::string unversioned(std::string_view pattern) {
    return std::string(kUnversionedPrefix).append(pattern.substr(kVersionedPrefix.size()));
}

bool is_unversioned(std::string_view path) {
    return path.starts_with(kUnversionedPrefix) && !path.starts_with(kVersionedPrefix);
}

std::vector<http::Route> to_routes(const std::vector<Endpoint>& endpoints, const Access& access) {
    std::vector<http::Route> routes;
    for (const Endpoint& endpoint : endpoints) {
        http::Route route = endpoint.route;
        if (endpoint.need != Need::nothing) {
            route.handler =
                [&access, need = endpoint.need, handler = std::move(route.handler)](const http::Request& request) {
                    access.check(request, need);
                    return handler(request);
                };
        }
        if (route.pattern.starts_with(kVersionedPrefix)) {
            routes.push_back(route);
            route.pattern = unversioned(route.pattern);
        }
        routes.push_back(std::move(route));
    }
    return routes;
}

void mark_deprecated(const http::Request& request, http::Reply& reply) {
    if (!is_unversioned(request.path) || reply.status == 404 || reply.status == 405) {
        return;
    }
    const std::string_view target = std::string_view(request.target).substr(0, request.target.find('?'));
    if (!target.starts_with(kUnversionedPrefix)) {
        return;
    }
    reply.with("Deprecation", "true");
    reply.with("Link",
               std::string("<").append(kVersionedPrefix).append(target.substr(kUnversionedPrefix.size())) +
                   ">; rel=\"successor-version\"");
}

}  // namespace watchtower::gateway
