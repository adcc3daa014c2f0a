#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "proto-json/amount.hpp"

namespace watchtower::proto {

/// What an average player did in a period: docs/numbers.md, "Averages". Rounded to a millionth.
struct Averages {
    struct Period {
        TimePoint start;        ///< not included: what was read then is what the rest is compared with
        TimePoint end;          ///< included
        std::int64_t days = 7;  ///< what was asked for; the period is shorter where less is known

        bool operator==(const Period&) const = default;
    };

    std::optional<Amount> average_moves_per_user;  ///< actions; nothing: not known, or nobody was active
    std::optional<Amount> average_nomads_created_per_user;
    Period period;
    TimePoint timestamp;  ///< of the state that was the newest then

    bool operator==(const Averages&) const = default;
};

/// One JSON object, compact, keys in the order above.
[[nodiscard]] std::string encode(const Averages& averages);

/// Throws BadInput that names the field.
[[nodiscard]] Averages decode_averages(std::string_view text);

}  // namespace watchtower::proto
