#pragma once

#include <string>

#include "tests/unit/collector_model/true_game.hpp"

namespace watchtower::collector::test {

/// Each: a line for every number that is not as it must be, empty when all are.

/// Against what a reader of the same answers must have counted.
[[nodiscard]] std::string differences(const proto::State& state, const Bookkeeper& books, const Habits& habits);

/// Counters that are beyond what happened.
[[nodiscard]] std::string beyond_truth(const proto::State& state, const TrueGame& truth);

/// Counters that are not what happened, of those that `habits` allow to be known.
[[nodiscard]] std::string not_truth(const proto::State& state, const TrueGame& truth, const Habits& habits);

/// Counters that fell.
[[nodiscard]] std::string fallen(const proto::State& before, const proto::State& now);

/// Figures of the document that are not the sums of the records shown last. `last`: of each section the newest answer
/// that counted.
[[nodiscard]] std::string wrong_levels(const proto::State& state, const Answer& last);

/// Stocks that are not start + collected - spent + joined - left.
[[nodiscard]] std::string wrong_balance(const proto::State& state, const Bookkeeper& books);

}  // namespace watchtower::collector::test
