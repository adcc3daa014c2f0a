#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_players(const Parts& parts) {
    return {
        {.pattern = "/api/v1/players/{player_id}/history",
         .summary = "A player over time",
         .handler = [&history = parts.history](const Request& request) { return history.player(request); },
         .need = Need::read,
         .parameters = {kPlayerId, kFrom, kTo, kStep, kWorld},
         .tag = "players",
         .answer = {.schema = "PlayerHistory"},
         .problems = {404, 503}},
    };
}

}  // namespace watchtower::gateway
