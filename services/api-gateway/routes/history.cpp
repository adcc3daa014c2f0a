#include "services/api-gateway/routes/history.hpp"

#include <string>

#include "services/api-gateway/metric_history.hpp"
#include "services/api-gateway/player_history.hpp"

namespace watchtower::gateway {

http::Reply History::metric(const http::Request& request) {
    const Metric metric = kMetric.of(request);
    const Range range = parse_range(request, clock_.now());
    const auto state = current_.state_for(request);
    const Turns::Turn turn(turns_);
    const auto history = database_.read([&](pqxx::read_transaction& transaction) {
        return query_metric_history(transaction, state->world, metric, range, state->interval);
    });
    return current_.reply_until_next_tick(render(encode(history), state->tick), *state, request);
}

http::Reply History::player(const http::Request& request) {
    const std::string player_id = kPlayerId.of(request);
    const Range range = parse_range(request, clock_.now());
    const auto state = current_.state_for(request);
    const Turns::Turn turn(turns_);
    const auto history = database_.read([&](pqxx::read_transaction& transaction) {
        return query_player_history(transaction, state->world, player_id, range, state->interval);
    });
    if (!history) {
        throw http::HttpError(404, "there is no such player in this world");
    }
    return current_.reply_until_next_tick(render(encode(*history), state->tick), *state, request);
}

}  // namespace watchtower::gateway
