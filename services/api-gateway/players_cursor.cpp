#include "services/api-gateway/players_cursor.hpp"

#include <charconv>
#include <cstdint>

#include "common/base/error.hpp"
#include "services/api-gateway/cursor_text.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::string_view kVersion = "1";
constexpr char kSeparator = '|';
constexpr std::string_view kUnknown = "-";
constexpr std::size_t kMostNumberBytes = 64;

/// What a list's cursors begin with.
std::string prefix_of(const PlayersQuestion& question) {
    std::string prefix(kVersion);
    prefix.append(1, kSeparator).append(question.world);
    prefix.append(1, kSeparator).append(to_text(question.sort));
    return prefix.append(1, kSeparator).append(to_text(question.order)).append(1, kSeparator);
}

/// "12", "0.5", "-3": no exponent.
bool is_decimal(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    const auto point = digits.find('.');
    const std::string_view fraction = point == std::string_view::npos ? "0" : digits.substr(point + 1);
    const auto is_number = [](std::string_view part) {
        return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return text.size() <= kMostNumberBytes && is_number(digits.substr(0, point)) && is_number(fraction);
}

/// A number as the sort's column has it: PostgreSQL must take it.
bool is_value_of(PlayerSort sort, std::string_view text) {
    if (sort == PlayerSort::gold || sort == PlayerSort::spice) {
        return is_decimal(text);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string encode_cursor(const PlayersQuestion& question, const PlayerPlace& place) {
    return to_base64url(prefix_of(question)
                            .append(place.value.value_or(std::string(kUnknown)))
                            .append(1, kSeparator)
                            .append(place.player_id));
}

PlayerPlace parse_cursor(std::string_view text, const PlayersQuestion& question) {
    const std::string decoded = from_base64url(text);
    if (to_base64url(decoded) != text || !decoded.starts_with(std::string(kVersion) + kSeparator)) {
        throw BadInput("query parameter cursor: is none that this API gave");
    }
    const std::string prefix = prefix_of(question);
    if (!decoded.starts_with(prefix)) {
        throw BadInput("query parameter cursor: is of another list; keep world, sort and order, or begin anew without");
    }
    const std::string_view rest = std::string_view(decoded).substr(prefix.size());
    const auto separator = rest.find(kSeparator);
    const std::string_view value = rest.substr(0, separator);
    const bool has_id = separator != std::string_view::npos;
    if (!has_id || (value != kUnknown && !is_value_of(question.sort, value)) ||
        !is_database_text(rest.substr(separator + 1))) {
        throw BadInput("query parameter cursor: is none that this API gave");
    }
    return {value == kUnknown ? std::nullopt : std::optional<std::string>(value),
            std::string(rest.substr(separator + 1))};
}

}  // namespace watchtower::gateway
