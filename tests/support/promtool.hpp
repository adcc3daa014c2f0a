#pragma once

#include <string>

#include <gtest/gtest.h>

namespace watchtower::test {

/// Success when `promtool check metrics` has nothing to say about this Prometheus text. Use as
/// EXPECT_TRUE(promtool_accepts(text)).
[[nodiscard]] testing::AssertionResult promtool_accepts(const std::string& text);

}  // namespace watchtower::test
