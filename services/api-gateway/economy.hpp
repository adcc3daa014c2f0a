#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/postgres/client.hpp"

namespace watchtower::gateway {

/// The answer to GET /api/v1/analytics/economy; docs/numbers.md, "Economy", has the definitions. Numbers are JSON
/// texts with all their digits; nothing: not known.
struct Economy {
    using Number = std::optional<std::string>;

    struct Flow {
        Number collected;
        Number spent;
        Number joined;
        Number left;
    };
    struct Resource {
        Number stock;
        Flow total;  ///< since the world's first sight
        Flow last_24_hours;
        Number gini;                 ///< 0: all have the same; towards 1: one has all
        Number top_1_percent_share;  ///< what the richest hundredth, one player at least, has of the whole
    };

    Resource gold;
    Resource spice;
    std::optional<std::int64_t> players;  ///< with a balance, among whom it is shared out
    Number dwellings;
    std::vector<std::pair<int, std::string>> by_level;  ///< ascending; levels that once had any
    std::optional<TimePoint> resources_tick;            ///< the last one that read resources
    std::optional<TimePoint> dwellings_tick;
};

/// Asks the tables of a world, up to a tick. Throws as the transaction does.
[[nodiscard]] Economy query_economy(pqxx::transaction_base& transaction, const std::string& world, TimePoint until);

/// One JSON object, keys as in openapi/analytics.json.
[[nodiscard]] std::string encode(const Economy& economy, TimePoint timestamp);

}  // namespace watchtower::gateway
