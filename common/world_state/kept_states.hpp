#pragma once

#include <optional>
#include <string>

#include "common/postgres/client.hpp"
#include "proto-json/state.hpp"

namespace watchtower::world_state {

/// The newest state of the world that PostgreSQL keeps with `from` <= tick <= `to`; nothing: it keeps none. Throws as
/// the client does, and BadInput when there is something that is no state.
[[nodiscard]] std::optional<proto::State> kept_state(
    postgres::Client& postgres, const std::string& world, TimePoint from, TimePoint to, Milliseconds deadline);

}  // namespace watchtower::world_state
