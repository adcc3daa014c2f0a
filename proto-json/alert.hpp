#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace watchtower::proto {

/// What Watchtower notices by itself; docs/numbers.md tells when each opens and resolves.
enum class AlertType {
    low_activity,
    high_failure_rate,
    resource_concentration,
    source_down,
    world_reset,
    data_at_risk,
    suspect_player
};

inline constexpr std::array kAlertTypes = {AlertType::low_activity,
                                           AlertType::high_failure_rate,
                                           AlertType::resource_concentration,
                                           AlertType::source_down,
                                           AlertType::world_reset,
                                           AlertType::data_at_risk,
                                           AlertType::suspect_player};

[[nodiscard]] constexpr std::string_view to_text(AlertType type) {
    constexpr std::array<std::string_view, kAlertTypes.size()> kNames = {"low_activity",
                                                                         "high_failure_rate",
                                                                         "resource_concentration",
                                                                         "source_down",
                                                                         "world_reset",
                                                                         "data_at_risk",
                                                                         "suspect_player"};
    return kNames[static_cast<std::size_t>(type)];
}

/// The one severity that alerts of the type have.
[[nodiscard]] constexpr std::string_view severity_of(AlertType type) {
    constexpr std::array<std::string_view, kAlertTypes.size()> kSeverities = {
        "warning", "warning", "warning", "critical", "info", "critical", "warning"};
    return kSeverities[static_cast<std::size_t>(type)];
}

enum class AlertState { active, resolved };

/// Something Watchtower noticed by itself. Opens once, keeps its worst value, resolves once. No text in it names a
/// player.
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

/// An entry of a world's log of alerts: how an alert was when it opened or resolved. Numbers begin at 1 and rise by
/// one.
struct NumberedAlert {
    std::uint64_t number = 0;
    Alert alert;

    bool operator==(const NumberedAlert&) const = default;
};

/// One JSON object, compact, keys in the order above.
[[nodiscard]] std::string encode(const Alert& alert);

/// Throws BadInput that names the field.
[[nodiscard]] Alert decode_alert(std::string_view text);

}  // namespace watchtower::proto
