#include "services/api-gateway/routes/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "common/base/error.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::string_view kUnversionedPrefix = "/api/";
constexpr const char* kDeprecatedSince = "@1764547200";  // RFC 9745: 2025-12-01

/// Each name in braces has its declaration, and the other way round.
void check_path_parameters(const Endpoint& endpoint) {
    std::ptrdiff_t declared = 0;
    for (const ParameterDeclaration& parameter : endpoint.parameters) {
        if (parameter.place == ParameterDeclaration::Place::path) {
            ++declared;
            if (endpoint.pattern.find("{" + parameter.name + "}") == std::string::npos) {
                throw Error("routes: " + endpoint.pattern + ": has no {" + parameter.name + "}");
            }
        }
    }
    if (std::count(endpoint.pattern.begin(), endpoint.pattern.end(), '{') != declared) {
        throw Error("routes: " + endpoint.pattern + ": a path parameter is not declared");
    }
}

/// The handler behind the check of its parameters.
http::Handler checked(const Endpoint& endpoint) {
    return [parameters = endpoint.parameters, handler = endpoint.handler](const http::Request& request) {
        check_parameters(parameters, request);
        return handler(request);
    };
}

/// Before the parameters' values are looked at: who may not ask is not told what is wrong with the question.
std::function<void(const http::Request&, std::vector<http::Pair>&)> admission(Need need,
                                                                              const Access& access,
                                                                              RateLimit& limit) {
    return [&access, &limit, need](const http::Request& request, std::vector<http::Pair>& headers) {
        if (access.reads_need_key()) {
            headers.emplace_back("Vary", "Authorization, X-API-Key");
        }
        const Caller caller = access.identify(request);
        limit.admit(caller, request.client, headers);  // guesses of keys count, too
        access.check(caller, need);
    };
}

}  // namespace

std::string unversioned(std::string_view pattern) {
    return std::string(kUnversionedPrefix).append(pattern.substr(kVersionedPrefix.size()));
}

bool is_unversioned(std::string_view path) {
    return path.starts_with(kUnversionedPrefix) && !path.starts_with(kVersionedPrefix);
}

std::vector<http::Route> to_routes(const std::vector<Endpoint>& endpoints, const Access& access, RateLimit& limit) {
    std::vector<http::Route> routes;
    for (const Endpoint& endpoint : endpoints) {
        check_path_parameters(endpoint);
        http::Route route{endpoint.method, endpoint.pattern, checked(endpoint), {}, {}};
        for (const ParameterDeclaration& parameter : endpoint.parameters) {
            if (parameter.place == ParameterDeclaration::Place::query) {
                route.query.push_back({parameter.name, parameter.description});
            }
        }
        if (endpoint.need != Need::nothing) {
            route.admit = admission(endpoint.need, access, limit);
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
    reply.with("Deprecation", kDeprecatedSince);
    reply.with("Link",
               std::string("<").append(kVersionedPrefix).append(target.substr(kUnversionedPrefix.size())) +
                   ">; rel=\"successor-version\"");
}

}  // namespace watchtower::gateway
