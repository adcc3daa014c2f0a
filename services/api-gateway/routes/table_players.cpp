#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

using http::Request;

std::vector<Endpoint> about_players(const Parts& parts) {
    return {
        {.pattern = "/api/v1/players",
         .summary = "The players in the game, by what they have",
         .handler = [&players = parts.players](const Request& request) { return players.list(request); },
         .need = Need::read,
         .parameters = {kPlayerSort, kSortOrder, kPlayerLimit, kPlayerCursor, kWorld},
         .tag = "players",
         .answer = {.schema = "Players"},
         .problems = {404, 503},
         .description = "Page by page: `next` is the `cursor` of the next page. A player who does not change meanwhile "
                        "is listed once, whatever others do."},
        {.pattern = "/api/v1/players/{player_id}",
         .summary = "A player as he is now",
         .handler = [&players = parts.players](const Request& request) { return players.one(request); },
         .need = Need::read,
         .parameters = {kPlayerId, kWorld},
         .tag = "players",
         .answer = {.schema = "Player"},
         .problems = {404, 503},
         .example = "player=$(curl -s 'localhost:8000/api/v1/players?limit=1' | jq -r '.players[0].player_id | @uri')\n"
                    "curl -s localhost:8000/api/v1/players/$player"},
        {.pattern = "/api/v1/players/{player_id}/history",
         .summary = "A player over time",
         .handler = [&history = parts.history](const Request& request) { return history.player(request); },
         .need = Need::read,
         .parameters = {kPlayerId, kFrom, kTo, kStep, kWorld},
         .tag = "players",
         .answer = {.schema = "PlayerHistory"},
         .problems = {404, 503},
         .example = "player=$(curl -s 'localhost:8000/api/v1/players?limit=1' | jq -r '.players[0].player_id | @uri')\n"
                    "curl -s localhost:8000/api/v1/players/$player/history"},
    };
}

}  // namespace watchtower::gateway
