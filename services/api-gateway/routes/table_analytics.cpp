#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_analytics(const Parts& parts) {
    Analytics& analytics = parts.analytics;
    return {
        {.pattern = "/api/v1/analytics/averages",
         .summary = "What an average player did in some days",
         .handler = [&analytics](const Request& request) { return analytics.averages(request); },
         .need = Need::read,
         .parameters = {kDays, kWorld},
         .tag = "analytics",
         .answer = {.schema = "Averages"},
         .problems = {404, 503},
         .description = "Over the players who acted in the period. It begins with the world's first tick where that is "
                        "later."},
        {.pattern = "/api/v1/analytics/engagement",
         .summary = "Who plays, who is new, who comes back",
         .handler = [&analytics](const Request& request) { return analytics.engagement(request); },
         .need = Need::read,
         .parameters = {kWorld},
         .tag = "analytics",
         .answer = {.schema = "Engagement"},
         .problems = {404, 503},
         .description = "null: what is stored does not reach back far enough."},
        {.pattern = "/api/v1/analytics/economy",
         .summary = "Gold, spice and dwellings, and how they are shared out",
         .handler = [&analytics](const Request& request) { return analytics.economy(request); },
         .need = Need::read,
         .parameters = {kWorld},
         .tag = "analytics",
         .answer = {.schema = "Economy"},
         .problems = {404, 503},
         .description = "stock = stock at the first sight + collected - spent + joined - left."},
    };
}

}  // namespace watchtower::gateway
