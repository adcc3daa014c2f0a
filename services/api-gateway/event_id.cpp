#include "services/api-gateway/event_id.hpp"

#include <charconv>

#include "common/base/error.hpp"
#include "services/api-gateway/parameters.hpp"

namespace watchtower::gateway {

namespace {

/// What stands before the next colon, taken off the front of `rest`; all of it where there is none.
std::string_view next_part(std::string_view& rest) {
    const auto colon = rest.find(':');
    const auto part = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    return part;
}

std::optional<TimePoint> parse_tick(std::string_view text) {
    try {
        return parse_epoch_seconds(text);
    } catch (const BadInput&) {  // somebody else's id
        return std::nullopt;
    }
}

}  // namespace

std::string to_text(const EventId& id) {
    return id.world + ':' + to_epoch_seconds(id.tick) + ':' + std::to_string(id.alert_number);
}

std::optional<EventId> parse_event_id(std::string_view text) {
    std::string_view rest = text;
    EventId id;
    id.world = next_part(rest);
    const auto tick = parse_tick(next_part(rest));
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), id.alert_number);
    if (!is_world_name(id.world) || !tick || error != std::errc() || end != rest.data() + rest.size()) {
        return std::nullopt;
    }
    id.tick = *tick;
    return to_text(id) == text ? std::optional(id) : std::nullopt;
}

}  // namespace watchtower::gateway
