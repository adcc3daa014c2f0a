#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/postgres/client.hpp"
#include "services/api-gateway/series.hpp"

namespace watchtower::gateway {

/// The answer to GET /api/v1/metrics/history.
struct MetricHistory {
    Metric metric;
    Steps steps;
    std::vector<std::optional<std::string>> points;  ///< a JSON number for each step; nothing: not known
};

/// Asks the tables for a world's metric: hourly totals where the step is a whole number of hours and for what is older
/// than the ticks that are kept, the ticks themselves for the rest. An hour that is known by its last value alone has
/// it in that value's step. `interval` is the time between ticks. Throws BadInput as choose_steps does, and as the
/// transaction does.
[[nodiscard]] MetricHistory query_metric_history(pqxx::transaction_base& transaction,
                                                 const std::string& world,
                                                 const Metric& metric,
                                                 const Range& range,
                                                 Milliseconds interval);

/// One JSON object, keys as in openapi/past.json.
[[nodiscard]] std::string encode(const MetricHistory& history);

}  // namespace watchtower::gateway
