#pragma once

#include "common/http/message.hpp"
#include "services/api-gateway/events.hpp"
#include "services/api-gateway/routes/current.hpp"

namespace watchtower::gateway {

/// GET /api/v1/stream: Server-Sent Events of a world, from Last-Event-ID on. Throws HttpError: 404 for an unknown
/// world, 503 with Retry-After before the first world and when there are too many listeners. A world without a state
/// can be listened to.
[[nodiscard]] http::Reply stream(const http::Request& request, const Current& current, Events& events);

}  // namespace watchtower::gateway
