#include "common/http/management.hpp"

#include <memory>
#include <string_view>
#include <utility>

#include "common/base/configuration.hpp"
#include "common/base/json_text.hpp"

namespace watchtower::http {

namespace {

Reply state_reply(const Management& management, std::string_view status) {
    std::string body = R"({"status":)";
    append_json_string(body, status);
    body += R"(,"service":)";
    append_json_string(body, management.service);
    body += R"(,"version":)";
    append_json_string(body, version());
    body += R"(,"dependencies":{)";
    bool first = true;
    for (const auto& dependency : management.dependencies) {
        body += first ? "" : ",";
        append_json_string(body, dependency->name());
        body += ':';
        append_json_string(body, to_string(dependency->state()));
        first = false;
    }
    body += "}}\n";
    return Reply::json(std::move(body)).with("Cache-Control", "no-store");
}

}  // namespace

std::vector<Route> management_routes(Management management) {
    const auto shared = std::make_shared<const Management>(std::move(management));
    const Handler health = [shared](const Request& /*request*/) { return state_reply(*shared, "ok"); };
    const Handler ready = [shared](const Request& /*request*/) {
        const bool is_ready = shared->ready();
        auto reply = state_reply(*shared, is_ready ? "ready" : "not_ready");
        if (!is_ready) {
            reply.status = 503;
            reply.with("Retry-After", "5");
        }
        return reply;
    };
    const Handler metrics = [shared](const Request& /*request*/) {
        return Reply::text(shared->metrics(), "text/plain; version=0.0.4; charset=utf-8");
    };
    return {{Method::get, "/health", health, "Whether the process lives", {}},
            {Method::get, "/ready", ready, "Whether the process can do its work", {}},
            {Method::get, "/metrics", metrics, "Its metrics as Prometheus text", {}}};
}

}  // namespace watchtower::http
