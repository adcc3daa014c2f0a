#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace watchtower::gateway {

/// How far a listener of the stream is: what the ids of events say, and what Last-Event-ID brings back.
struct EventId {
    std::string world;
    TimePoint tick;                  ///< of the newest snapshot it was sent
    std::uint64_t alert_number = 0;  ///< up to here it was sent the world's log of alerts, or came later

    bool operator==(const EventId&) const = default;
};

/// "<world>:<tick, seconds since the epoch>:<alert number>"
[[nodiscard]] std::string to_text(const EventId& id);

/// Nothing for what to_text does not write.
[[nodiscard]] std::optional<EventId> parse_event_id(std::string_view text);

}  // namespace watchtower::gateway
