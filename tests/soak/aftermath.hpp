#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/soak/stage.hpp"

/// From the end of the last fault to the verdict, for tests that play on a Stage.
namespace watchtower::test {

/// Waits until nothing is wrong on the stage any more.
[[nodiscard]] testing::AssertionResult becomes_well(Stage& stage);

/// Stops the game with everybody in it.
[[nodiscard]] testing::AssertionResult stands_still(Stage& stage);

/// Waits until a world's newest state is the truth and nothing waits any more; then compares everything that can be
/// compared. The game must stand still.
[[nodiscard]] testing::AssertionResult is_right(Stage& stage, const std::string& world);

}  // namespace watchtower::test
