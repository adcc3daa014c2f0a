#pragma once

#include <cstddef>
#include <string>

#include "common/base/clock.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::world_state {

/// All families of the game (`ccc_…`, and watchtower_world_simulated) for all worlds that have a state, as Prometheus
/// text 0.0.4; of a world without one that all of it is stale. A pure function: equal states at moments of equal
/// freshness give equal bytes in every process. `top_players` is how many players get series of their own, as far as
/// the state lists them; the others are summed under player_id="_other".
[[nodiscard]] std::string prometheus_text(const Worlds& worlds, TimePoint now, std::size_t top_players);

}  // namespace watchtower::world_state
