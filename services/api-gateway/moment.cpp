#include "services/api-gateway/moment.hpp"

#include "common/base/error.hpp"

namespace watchtower::gateway {

std::optional<TimePoint> try_parse_moment(std::string_view text) {
    constexpr TimePoint kFirst{};
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    try {
        const auto time = is_number ? std::optional(parse_epoch_seconds(text)) : try_parse_rfc3339(text);
        return time && *time >= kFirst && *time <= kLastMoment ? time : std::nullopt;
    } catch (const BadInput&) {  // the caller knows better what the text should have been
        return std::nullopt;
    }
}

}  // namespace watchtower::gateway
