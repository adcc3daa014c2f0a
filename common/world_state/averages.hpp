#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/postgres/client.hpp"
#include "proto-json/averages.hpp"

/// Questions about a world's past whose answers several services show.
namespace watchtower::world_state {

/// How far what is stored of a metric reaches.
struct Reach {
    TimePoint first;  ///< the first tick that it was read at, ever
    TimePoint last;   ///< the last one
};

/// What is stored of a world's metric up to a tick; nothing: it was not read before it, or so long ago that its ticks
/// are not kept any more. Throws as the transaction does.
[[nodiscard]] std::optional<Reach> reach_of(pqxx::transaction_base& transaction,
                                            const std::string& world,
                                            const std::string& metric,
                                            TimePoint until);

/// The averages of the `days` before a world's state. Where the world's first tick is later than that, the period
/// begins with it: what was before the first sight is not known. Throws as the transaction does.
[[nodiscard]] proto::Averages query_averages(pqxx::transaction_base& transaction,
                                             const std::string& world,
                                             TimePoint tick,
                                             TimePoint timestamp,
                                             std::int64_t days);

/// In statements: the last value of metric $METRIC of world $1 at or before $AT, from the ticks or, where they are not
/// kept any more, from the hours. `metric` and `at` are SQL expressions.
[[nodiscard]] std::string last_value_sql(const std::string& metric, const std::string& at);

}  // namespace watchtower::world_state
