#include "services/api-gateway/routes/page.hpp"

#include <string>

#include "common/base/configuration.hpp"
#include "services/api-gateway/accept.hpp"
#include "services/api-gateway/embedded.hpp"
#include "services/api-gateway/rendered.hpp"

namespace watchtower::gateway {

namespace {

/// Nothing but this server's own files: no inline script, no other host, no frame around it.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

http::Reply file_reply(const Rendered& file, const http::Request& request) {
    return reply_with(file, request)
        .with("Cache-Control", "no-cache")
        .with("Content-Security-Policy", kContentSecurityPolicy)
        .with("Referrer-Policy", "no-referrer")
        .with("X-Content-Type-Options", "nosniff");
}

Rendered render_file(std::string_view text, const char* content_type) {
    return render(std::string(text), TimePoint(), content_type);
}

}  // namespace

http::Reply root(const http::Request& request, const char* status) {
    if (prefers_html(request.header("accept").value_or(""))) {
        static const Rendered kPage = render_file(embedded::kLivePage, "text/html; charset=utf-8");
        return file_reply(kPage, request).with("Vary", "Accept");
    }
    std::string body = R"({"service":"api-gateway","version":")" + version() + R"(","status":")" + status;
    body += R"(","links":{"document":"/api/v1/metrics/current","dashboard":"/api/v1/dashboard/stats",)"
            R"("alerts":"/api/v1/alerts","worlds":"/api/v1/worlds","metrics":"/metrics","health":"/health",)"
            R"("ready":"/ready","openapi":"/openapi.json"}})";
    return http::Reply::json(std::move(body)).with("Cache-Control", "no-cache").with("Vary", "Accept");
}

http::Reply live_script(const http::Request& request) {
    static const Rendered kScript = render_file(embedded::kLiveScript, "text/javascript; charset=utf-8");
    return file_reply(kScript, request);
}

http::Reply live_style(const http::Request& request) {
    static const Rendered kStyle = render_file(embedded::kLiveStyle, "text/css; charset=utf-8");
    return file_reply(kStyle, request);
}

http::Reply icon(const http::Request& request) {
    static const Rendered kPicture = render_file(embedded::kIcon, "image/svg+xml");
    return file_reply(kPicture, request);
}

}  // namespace watchtower::gateway
