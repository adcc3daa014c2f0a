#pragma once

#include <string>

#include "proto-json/state.hpp"

namespace watchtower::test {

/// Whether collected, spent, joined and left are compared: the truth nets them over every read that was answered, so
/// they differ when a read was not stored (a collector that came second) while the game moved.
enum class Flows { compared, left_out };

/// What of a state is not as the simulator's truth (the text of GET /truth) says a reader must know it: a line for each
/// number, empty when all are equal. Only for shapes with ids and cumulative actions, whose truth is exact. The world
/// must have stood still when the state was read.
[[nodiscard]] std::string differences(const std::string& truth,
                                      const proto::State& state,
                                      Flows flows = Flows::compared);

}  // namespace watchtower::test
