#include "services/api-gateway/routes/table.hpp"

#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "common/metrics/service_metrics.hpp"
#include "services/api-gateway/embedded.hpp"
#include "services/api-gateway/openapi.hpp"
#include "services/api-gateway/routes/page.hpp"

namespace watchtower::gateway {

namespace {

using http::Method;
using http::Request;

const http::QueryParameter kWorld{"world", "The world; without it the first one"};
const http::QueryParameter kTimeWindow{"time_window", "Seconds before the newest tick"};
const http::QueryParameter kMetric{"metric", "Which metric"};
const http::QueryParameter kFrom{"from", "Where the range begins"};
const http::QueryParameter kTo{"to", "Where it ends"};
const http::QueryParameter kStep{"step", "Seconds that a point tells of"};
const http::QueryParameter kState{"state", "Which alerts"};

std::vector<Endpoint> about_the_service(const Parts& parts) {
    auto management = http::management_routes(parts.management);
    const auto route_of = [&management](std::string_view pattern) {
        for (http::Route& route : management) {
            if (route.pattern == pattern) {
                return std::move(route);
            }
        }
        throw Error("routes: management has no " + std::string(pattern));
    };
    return {
        {{Method::get,
          "/",
          [&current = parts.current](const Request& request) { return root(request, current.status()); },
          "What this is and where to go on; for a browser the live page",
          {}},
         Need::nothing,
         "service",
         "Root",
         kJsonType,
         {}},
        {route_of("/health"), Need::nothing, "service", "Health", kJsonType, {}},
        {route_of("/ready"), Need::nothing, "service", "Health", kJsonType, {503}},
        {{Method::get, "/docs", documentation_page, "The documentation to try out, for a browser", {}},
         Need::nothing,
         "service",
         "",
         content_type_of("docs.html"),
         {}},
    };
}

/// The files that the pages ask for: all that were put into the program under web/.
std::vector<Endpoint> files_of_the_pages() {
    std::vector<Endpoint> table;
    for (const embedded::File& file : embedded::files()) {
        if (file.name.starts_with("web/")) {
            table.push_back({{Method::get,
                              "/" + std::string(file.name),
                              [name = file.name](const Request& request) { return page_file(request, name); },
                              "A file of the pages",
                              {}},
                             Need::nothing,
                             "",
                             "",
                             "",
                             {}});
        }
    }
    return table;
}

Endpoint section_endpoint(Current& current, proto::Section section, std::string_view schema, std::string summary) {
    return {{Method::get,
             "/api/v1/metrics/" + std::string(proto::to_text(section)),
             [&current, section](const Request& request) { return current.section(request, section); },
             std::move(summary),
             {kWorld}},
            Need::read,
            "game",
            schema,
            kJsonType,
            {400, 401, 403, 404, 503}};
}

std::vector<Endpoint> about_the_game_now(const Parts& parts) {
    Current& current = parts.current;
    return {
        {{Method::get,
          "/metrics",
          [&metrics = parts.game_metrics](const Request& request) {
              return reply_with(metrics.render_now(), request).with("Cache-Control", "no-cache");
          },
          "The game's metrics of all worlds as Prometheus text",
          {}},
         Need::nothing,
         "game",
         "",
         metrics::kContentType,
         {}},
        {{Method::get,
          "/api/v1/metrics/current",
          [&current](const Request& request) { return current.document(request); },
          "The snapshot document of the newest tick",
          {kWorld}},
         Need::read,
         "game",
         "Document",
         kJsonType,
         {400, 401, 403, 404, 503}},
        section_endpoint(current, proto::Section::nomads, "NomadsSection", "Nomads and their actions"),
        section_endpoint(current, proto::Section::resources, "ResourcesSection", "Gold and spice"),
        section_endpoint(current, proto::Section::dwellings, "DwellingsSection", "Dwellings by level"),
        section_endpoint(current, proto::Section::pvp, "PvpSection", "Attacks so far"),
        section_endpoint(current, proto::Section::events, "EventsSection", "Events so far"),
        {{Method::get,
          "/api/v1/alerts",
          [&current](const Request& request) { return current.alerts(request); },
          "The active alerts",
          {kState, kWorld}},
         Need::read,
         "game",
         "Alerts",
         kJsonType,
         {400, 401, 403, 404, 503}},
        {{Method::get,
          "/api/v1/worlds",
          [&current](const Request& request) { return current.worlds(request); },
          "The worlds and how they are",
          {}},
         Need::read,
         "game",
         "Worlds",
         kJsonType,
         {401, 403}},
    };
}

std::vector<Endpoint> about_the_past(const Parts& parts) {
    Stored& stored = parts.stored;
    History& history = parts.history;
    return {
        {{Method::get,
          "/api/v1/snapshots/{tick}",
          [&stored, &access = parts.access](const Request& request) { return stored.snapshot(request, access); },
          "The document of an earlier tick, while it is kept",
          {kWorld}},
         Need::read,
         "past",
         "Document",
         kJsonType,
         {400, 401, 403, 404, 503}},
        {{Method::get,
          "/api/v1/dashboard/stats",
          [&stored](const Request& request) { return stored.dashboard(request); },
          "What happened within a window before the newest tick",
          {kTimeWindow, kWorld}},
         Need::read,
         "past",
         "Stats",
         kJsonType,
         {400, 401, 403, 404, 503}},
        {{Method::get,
          "/api/v1/metrics/history",
          [&history](const Request& request) { return history.metric(request); },
          "A metric over time",
          {kMetric, kFrom, kTo, kStep, kWorld}},
         Need::read,
         "past",
         "MetricHistory",
         kJsonType,
         {400, 401, 403, 404, 503}},
        {{Method::get,
          "/api/v1/players/{player_id}/history",
          [&history](const Request& request) { return history.player(request); },
          "A player over time",
          {kFrom, kTo, kStep, kWorld}},
         Need::read,
         "past",
         "PlayerHistory",
         kJsonType,
         {400, 401, 403, 404, 503}},
    };
}

std::vector<Endpoint> about_tasks(const Parts& parts) {
    Tasks& tasks = parts.tasks;
    return {
        {{Method::post,
          "/api/v1/metrics/collect",
          [&tasks](const Request& request) { return tasks.collect(request); },
          "Has a world collected now, beside its ticks",
          {kWorld}},
         Need::write,
         "tasks",
         "Task",
         kJsonType,
         {400, 401, 403, 404, 503},
         202},
        {{Method::get,
          "/api/v1/tasks/{id}",
          [&tasks](const Request& request) { return tasks.find(request); },
          "What became of a task, for a day",
          {}},
         Need::read,
         "tasks",
         "Task",
         kJsonType,
         {401, 403, 404, 503}},
    };
}

/// Last, as it tells of all others and of itself.
void add_documentation(std::vector<Endpoint>& table) {
    const auto document = std::make_shared<Rendered>();
    table.push_back({{Method::get,
                      "/openapi.json",
                      [document](const Request& request) {
                          return reply_with(*document, request).with("Cache-Control", "no-cache");
                      },
                      "This description",
                      {}},
                     Need::nothing,
                     "service",
                     "OpenApi",
                     kJsonType,
                     {}});
    *document = render(openapi_document(table), TimePoint());
}

}  // namespace

std::vector<Endpoint> endpoints(const Parts& parts) {
    std::vector<Endpoint> table;
    for (auto part : {about_the_service(parts),
                      files_of_the_pages(),
                      about_the_game_now(parts),
                      about_the_past(parts),
                      about_tasks(parts)}) {
        table.insert(table.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    add_documentation(table);
    return table;
}

}  // namespace watchtower::gateway
