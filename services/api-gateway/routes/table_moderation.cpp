#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_moderation(const Parts& parts) {
    Moderation& moderation = parts.moderation;
    return {
        {.pattern = "/api/v1/moderation/suspects",
         .summary = "Players whose numbers are not plausible, the highest scores first",
         .handler = [&moderation](const Request& request) { return moderation.list(request); },
         .need = Need::write,
         .parameters = {kSuspectState, kSuspectKind, kSuspectLimit, kSuspectCursor, kWorld},
         .tag = "moderation",
         .answer = {.schema = "Suspects", .caching = Caching::no_store},
         .problems = {404, 503},
         .example = "curl -s -H \"X-API-Key: $key\" 'localhost:8000/api/v1/moderation/suspects?limit=1'",
         .description =
             "A player is listed once for each kind he is a suspect of. Page by page: `next` is the `cursor` "
             "of the next page; a suspect who does not change meanwhile is listed once."},
        {.method = http::Method::post,
         .pattern = "/api/v1/moderation/suspects/{player_id}",
         .summary = "Says what a moderator thinks of a suspect",
         .handler = [&moderation](const Request& request) { return moderation.review(request); },
         .need = Need::write,
         .parameters = {kPlayerId, kWorld},
         .tag = "moderation",
         .request = "ReviewRequest",
         .answer = {.status = 202, .schema = "Task", .caching = Caching::no_store, .headers = {"Location"}},
         .problems = {404, 503},
         .example =
             "player=$(curl -s -H \"X-API-Key: $key\" 'localhost:8000/api/v1/moderation/suspects?limit=1' | "
             "jq -r '.suspects[0].player_id | @uri')\n"
             "curl -s -X POST -H \"X-API-Key: $key\" -d '{\"decision\":\"dismissed\",\"note\":\"won the contest\"}' "
             "localhost:8000/api/v1/moderation/suspects/$player",
         .description = "A collector carries it out; the task says when that is done. Who is dismissed is not accused "
                        "of the same again; who is confirmed stays a suspect; `reopened` takes back either."},
    };
}

}  // namespace watchtower::gateway
