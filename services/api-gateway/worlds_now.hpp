#pragma once

#include <functional>
#include <memory>

#include "common/world_state/worlds.hpp"

namespace watchtower::gateway {

/// All worlds as they are known now; never null, never blocks, from any thread. common/world_state in the process, a
/// value in tests.
using WorldsNow = std::function<std::shared_ptr<const world_state::Worlds>()>;

}  // namespace watchtower::gateway
