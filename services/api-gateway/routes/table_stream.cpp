#include "services/api-gateway/routes/stream.hpp"
#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

std::vector<Endpoint> about_the_stream(const Parts& parts) {
    return {
        {.pattern = "/api/v1/stream",
         .summary = "Snapshots and alerts as Server-Sent Events",
         .handler = [&current = parts.current,
                     &events = parts.events](const http::Request& request) { return stream(request, current, events); },
         .need = Need::read,
         .parameters = {kWorld},
         .tag = "stream",
         .answer = {.content_type = "text/event-stream",
                    .caching = Caching::no_store,
                    .headers = {"Watchtower-World", "Watchtower-Simulated", "X-Accel-Buffering"}},
         .problems = {404, 503},
         .example = "curl -sN --max-time 5 localhost:8000/api/v1/stream | head -n 2",
         .description =
             "Does not end by itself. Events are `snapshot` (the document of `/api/v1/metrics/current` in one line: the"
             " newest at once, then each new one, and once more when it has become stale), `alert` (one of"
             " `/api/v1/alerts` with its `world`, when it opens and when it resolves) and `missed`"
             " (`{\"world\", \"alerts\"}`: so many alerts cannot be told any more). The `id` is"
             " `<world>:<tick>:<alert number>`; who comes back with it in the header `Last-Event-ID`, as browsers do,"
             " gets the alerts he missed, 100 at most, and the newest snapshot if he has not got it. A comment comes"
             " every 15 seconds when there is nothing else."},
    };
}

}  // namespace watchtower::gateway
