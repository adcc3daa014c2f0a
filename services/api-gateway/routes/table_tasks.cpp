#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_tasks(const Parts& parts) {
    Tasks& tasks = parts.tasks;
    return {
        {.method = http::Method::post,
         .pattern = "/api/v1/metrics/collect",
         .summary = "Has a world collected now, beside its ticks",
         .handler = [&tasks](const Request& request) { return tasks.collect(request); },
         .need = Need::write,
         .parameters = {kWorld},
         .tag = "tasks",
         .answer = {.status = 202, .schema = "Task", .caching = Caching::no_store, .headers = {"Location"}},
         .problems = {404, 503},
         .example = "curl -s -X POST -H \"X-API-Key: $key\" localhost:8000/api/v1/metrics/collect"},
        {.pattern = "/api/v1/tasks/{id}",
         .summary = "What became of a task, for a day",
         .handler = [&tasks](const Request& request) { return tasks.find(request); },
         .need = Need::read,
         .parameters = {kTaskId},
         .tag = "tasks",
         .answer = {.schema = "Task", .caching = Caching::no_store},
         .problems = {404, 503},
         .example = "task=$(curl -s -X POST -H \"X-API-Key: $key\" localhost:8000/api/v1/metrics/collect | jq -r .id)\n"
                    "curl -s localhost:8000/api/v1/tasks/$task"},
    };
}

}  // namespace watchtower::gateway
