#include <string>

#include "common/metrics/service_metrics.hpp"
#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

namespace {

using http::Request;

Endpoint about_a_section(Current& current, proto::Section section, std::string_view schema, std::string_view summary) {
    return {.pattern = "/api/v1/metrics/" + std::string(proto::to_text(section)),
            .summary = summary,
            .handler = [&current, section](const Request& request) { return current.section(request, section); },
            .need = Need::read,
            .parameters = {kWorld},
            .tag = "now",
            .answer = {.schema = schema},
            .problems = {404, 503}};
}

}  // namespace

std::vector<Endpoint> about_the_game_now(const Parts& parts) {
    Current& current = parts.current;
    return {
        {.pattern = "/metrics",
         .summary = "The game's metrics of all worlds as Prometheus text",
         .handler =
             [&metrics = parts.game_metrics](const Request& request) {
                 return reply_with(metrics.render_now(), request).with("Cache-Control", "no-cache");
             },
         .tag = "now",
         .answer = {.content_type = metrics::kContentType, .caching = Caching::revalidate},
         .example = "curl -s localhost:8000/metrics | grep '^ccc_nomads{'",
         .description = "For people; Prometheus scrapes the exporter."},
        {.pattern = "/api/v1/metrics/current",
         .summary = "The snapshot document of the newest tick",
         .handler = [&current](const Request& request) { return current.document(request); },
         .need = Need::read,
         .parameters = {kWorld},
         .tag = "now",
         .answer = {.schema = "Document"},
         .problems = {404, 503}},
        about_a_section(current, proto::Section::nomads, "NomadsSection", "Nomads and their actions"),
        about_a_section(current, proto::Section::resources, "ResourcesSection", "Gold and spice"),
        about_a_section(current, proto::Section::dwellings, "DwellingsSection", "Dwellings by level"),
        about_a_section(current, proto::Section::pvp, "PvpSection", "Attacks so far"),
        about_a_section(current, proto::Section::events, "EventsSection", "Events so far"),
        {.pattern = "/api/v1/alerts",
         .summary = "The active alerts, or the resolved ones, or both",
         .handler = [&alerts = parts.alerts](const Request& request) { return alerts.list(request); },
         .need = Need::read,
         .parameters = {kAlertState, kWorld},
         .tag = "now",
         .answer = {.schema = "Alerts"},
         .problems = {404, 503},
         .description = "Of the resolved ones the newest 1,000, newest first."},
        {.pattern = "/api/v1/status",
         .summary = "The state of the services and of what they watch",
         .handler = [&status = parts.status](const Request& request) { return status.show(request); },
         .need = Need::read,
         .tag = "now",
         .answer = {.schema = "Status", .caching = Caching::no_store},
         .description = "As this gateway sees it. What needs Redis is null without it."},
        {.pattern = "/api/v1/worlds",
         .summary = "The worlds and how they are",
         .handler = [&current](const Request& request) { return current.worlds(request); },
         .need = Need::read,
         .tag = "now",
         .answer = {.schema = "Worlds", .caching = Caching::revalidate}},
    };
}

}  // namespace watchtower::gateway
