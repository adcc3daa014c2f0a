#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace watchtower::proto {

enum class AlertState { active, resolved };

/// Something Watchtower noticed by itself. Opens once, keeps its worst value, resolves once.
struct Alert {
    std::string world;     ///< over NATS only; empty, and left out of the text, elsewhere
    std::string id;        ///< unique over worlds and time
    std::string type;      ///< "low_activity", "source_down", …: the label alert_type
    std::string severity;  ///< "info", "warning" or "critical"
    std::string message;   ///< for people
    double value = 0;      ///< the worst so far
    double threshold = 0;
    AlertState state = AlertState::active;
    TimePoint opened_at;
    std::optional<TimePoint> resolved_at;

    bool operator==(const Alert&) const = default;
};

/// One JSON object, compact, keys in the order above.
[[nodiscard]] std::string encode(const Alert& alert);

/// Throws BadInput that names the field.
[[nodiscard]] Alert decode_alert(std::string_view text);

}  // namespace watchtower::proto
