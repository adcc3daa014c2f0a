#include "services/api-gateway/routes/stream.hpp"

#include "proto-json/names.hpp"

namespace watchtower::gateway {

http::Reply stream(const http::Request& request, const Current& current, Events& events) {
    const world_state::World world = current.world_for(request);
    const auto last = request.header("last-event-id");
    http::Reply reply = events.listen(world.name, last ? parse_event_id(*last) : std::nullopt);
    reply.with(std::string(proto::kWorldHeader), world.name);
    if (world.state && world.state->simulated) {
        reply.with(std::string(proto::kSimulatedHeader), "true");
    }
    return reply;
}

}  // namespace watchtower::gateway
