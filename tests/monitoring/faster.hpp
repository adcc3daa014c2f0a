#pragma once

#include <string>

namespace watchtower::test {

/// A rule file of Prometheus or a configuration of Alertmanager in which time runs `factor` times as fast: the very
/// same text, but for the durations. Those are what stands in brackets behind a selector ("[5m]") and what follows
/// `for`, `keep_firing_for`, `group_wait`, `group_interval` and `repeat_interval`. Numbers that an expression compares
/// with stay as they are.
[[nodiscard]] std::string faster(const std::string& text, int factor);

}  // namespace watchtower::test
