#include "services/api-gateway/routes/table.hpp"
#include "services/api-gateway/series.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_the_past(const Parts& parts) {
    return {
        {.pattern = "/api/v1/metrics/history",
         .summary = "A metric over time",
         .handler = [&history = parts.history](const Request& request) { return history.metric(request); },
         .need = Need::read,
         .parameters = {kMetric, kFrom, kTo, kStep, kWorld},
         .tag = "past",
         .answer = {.schema = "MetricHistory"},
         .problems = {404, 503}},
        {.pattern = "/api/v1/snapshots/{tick}",
         .summary = "The document of an earlier tick, while it is kept",
         .handler = [&stored = parts.stored,
                     &access = parts.access](const Request& request) { return stored.snapshot(request, access); },
         .need = Need::read,
         .parameters = {kTick, kWorld},
         .tag = "past",
         .answer = {.schema = "Document", .caching = Caching::settled},
         .problems = {404, 503},
         .example =
             "tick=$(curl -sI localhost:8000/api/v1/metrics/current | tr -d '\\r' | sed -n 's/^Watchtower-Tick: //p')\n"
             "curl -s localhost:8000/api/v1/snapshots/$tick"},
        {.pattern = "/api/v1/dashboard/stats",
         .summary = "What happened within a window before the newest tick",
         .handler = [&stored = parts.stored](const Request& request) { return stored.dashboard(request); },
         .need = Need::read,
         .parameters = {kTimeWindow, kWorld},
         .tag = "past",
         .answer = {.schema = "Stats"},
         .problems = {404, 503}},
    };
}

}  // namespace watchtower::gateway
