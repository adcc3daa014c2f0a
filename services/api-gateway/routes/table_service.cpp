#include <string>
#include <utility>

#include "services/api-gateway/routes/page.hpp"
#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_the_service(const Parts& parts) {
    auto management = http::management_routes(parts.management);
    const auto handler_of = [&management](std::string_view pattern) {
        for (http::Route& route : management) {
            if (route.pattern == pattern) {
                return std::move(route.handler);
            }
        }
        throw Error("routes: management has no " + std::string(pattern));
    };
    return {
        {.pattern = "/",
         .summary = "What this is and where to go on; for a browser the live page",
         .handler = [&current = parts.current](const Request& request) { return root(request, current.status()); },
         .tag = "service",
         .answer = {.schema = "Root",
                    .other_content_types = {content_type_of("live.html")},
                    .caching = Caching::revalidate,
                    .headers = page_headers()}},
        {.pattern = "/health",
         .summary = "Whether the process lives",
         .handler = handler_of("/health"),
         .tag = "service",
         .answer = {.schema = "Health", .caching = Caching::no_store}},
        {.pattern = "/ready",
         .summary = "Whether the process can do its work",
         .handler = handler_of("/ready"),
         .tag = "service",
         .answer = {.schema = "Health", .caching = Caching::no_store},
         .problems = {503},
         .description = "Not ready is told as ready is, with status 503."},
        {.pattern = "/docs",
         .summary = "This documentation to read and try out in a browser",
         .handler = documentation_page,
         .tag = "service",
         .answer = {.content_type = content_type_of("docs.html"),
                    .caching = Caching::revalidate,
                    .headers = page_headers()},
         .example = "curl -s localhost:8000/docs | head -n 1"},
    };
}

}  // namespace watchtower::gateway
