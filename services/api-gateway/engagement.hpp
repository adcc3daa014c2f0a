#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/postgres/client.hpp"

namespace watchtower::gateway {

/// The answer to GET /api/v1/analytics/engagement; docs/numbers.md, "Engagement", has the definitions. Nothing: what
/// is stored does not reach back far enough.
struct Engagement {
    using Count = std::optional<std::int64_t>;

    /// Of the players first seen so many days before `day`: how many came back on that day.
    struct Retention {
        std::int64_t players = 0;
        std::int64_t returned = 0;
    };

    std::array<Count, 5> active;                        ///< in the windows of kActiveWindows
    std::array<Count, 3> joined;                        ///< first seen in the windows of kNewWindows
    Count returning;                                    ///< active on `day`, and on none of the seven days before
    std::array<std::optional<Retention>, 3> retention;  ///< after the days of kRetentionDays
    std::optional<TimePoint> day;                       ///< the last whole UTC day that is rolled up
    std::optional<TimePoint> tick;                      ///< the last one that read nomads: where the windows end
};

struct Window {
    const char* name;
    std::chrono::minutes length;
};
inline constexpr std::array kActiveWindows = {Window{"last_5_minutes", std::chrono::minutes(5)},
                                              Window{"last_hour", std::chrono::hours(1)},
                                              Window{"last_24_hours", std::chrono::hours(24)},
                                              Window{"last_7_days", std::chrono::hours(7 * 24)},
                                              Window{"last_30_days", std::chrono::hours(30 * 24)}};
inline constexpr std::array kNewWindows = {kActiveWindows[2], kActiveWindows[3], kActiveWindows[4]};
inline constexpr std::array<int, 3> kRetentionDays = {1, 7, 30};

/// Asks the tables of a world, up to a tick. Throws as the transaction does.
[[nodiscard]] Engagement query_engagement(pqxx::transaction_base& transaction,
                                          const std::string& world,
                                          TimePoint until);

/// One JSON object, keys as in openapi/analytics.json.
[[nodiscard]] std::string encode(const Engagement& engagement, TimePoint timestamp);

}  // namespace watchtower::gateway
