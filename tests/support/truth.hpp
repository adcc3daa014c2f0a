#pragma once

#include <string>

#include "proto-json/state.hpp"

namespace watchtower::test {

/// What of a state is not as the simulator's truth (the text of GET /truth) says a reader must know it: a line for each
/// number, empty when all are equal. Only for shapes with ids and cumulative actions, whose truth is exact. The world
/// must have stood still when the state was read.
[[nodiscard]] std::string differences(const std::string& truth, const proto::State& state);

}  // namespace watchtower::test
