#include "services/api-gateway/routes/page.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/base/configuration.hpp"
#include "services/api-gateway/accept.hpp"
#include "services/api-gateway/embedded.hpp"
#include "services/api-gateway/rendered.hpp"

namespace watchtower::gateway {

namespace {

/// Nothing but this server's own files: no inline script or style, no other host, no frame around it. The pictures of
/// the documentation's style sheet stand in it.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const std::map<std::string_view, Rendered>& rendered_files() {
    static const auto kRendered = [] {
        std::map<std::string_view, Rendered> all;
        for (const embedded::File& file : embedded::files()) {
            all.emplace(file.name, render(file.plain, file.gzip, std::string(content_type_of(file.name))));
        }
        return all;
    }();
    return kRendered;
}

}  // namespace

std::vector<std::string_view> page_headers() {
    return {"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"};
}

std::string_view content_type_of(std::string_view name) {
    const std::string_view ending = name.substr(std::min(name.rfind('.'), name.size()));
    for (const auto& [known, type] :
         {std::pair<std::string_view, std::string_view>{".html", "text/html; charset=utf-8"},
          {".js", "text/javascript; charset=utf-8"},
          {".css", "text/css; charset=utf-8"},
          {".svg", "image/svg+xml"},
          {".json", kJsonType}}) {
        if (ending == known) {
            return type;
        }
    }
    throw Error("page: what kind of file is '" + std::string(name) + "'?");
}

http::Reply page_file(const http::Request& request, std::string_view name) {
    const auto found = rendered_files().find(name);
    if (found == rendered_files().end()) {
        throw Error("page: there is no file '" + std::string(name) + "'");
    }
    return reply_with(found->second, request)
        .with("Cache-Control", "no-cache")  // kept, but asked about: files of two versions do not fit together
        .with("Content-Security-Policy", kContentSecurityPolicy)
        .with("Referrer-Policy", "no-referrer")
        .with("X-Content-Type-Options", "nosniff");
}

http::Reply documentation_page(const http::Request& request) {
    return page_file(request, "docs.html");
}

http::Reply root(const http::Request& request, const char* status) {
    if (prefers_html(request.header("accept").value_or(""))) {
        return page_file(request, "live.html").with("Vary", "Accept");
    }
    std::string body = R"({"service":"api-gateway","version":")" + version() + R"(","status":")" + status;
    body += R"(","links":{"document":"/api/v1/metrics/current","dashboard":"/api/v1/dashboard/stats",)"
            R"("alerts":"/api/v1/alerts","worlds":"/api/v1/worlds","metrics":"/metrics","health":"/health",)"
            R"("ready":"/ready","docs":"/docs","openapi":"/openapi.json"}})";
    return reply_with(render(std::move(body), TimePoint()), request)
        .with("Cache-Control", "no-cache")
        .with("Vary", "Accept");
}

}  // namespace watchtower::gateway
