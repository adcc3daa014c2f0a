#include "services/api-gateway/players_cursor.hpp"

#include <charconv>
#include <cstdint>

#include "common/base/error.hpp"
#include "common/base/utf8.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kVersion = "1";
constexpr char kSeparator = '|';
constexpr std::string_view kUnknown = "-";
constexpr std::size_t kMostNumberBytes = 64;

constexpr unsigned kBitsOfDigit = 6;
constexpr unsigned kBitsOfByte = 8;

/// RFC 4648, section 5, without padding.
std::string to_base64url(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char byte : bytes) {
        bits = bits << kBitsOfByte | static_cast<unsigned char>(byte);
        for (count += kBitsOfByte; count >= kBitsOfDigit;) {
            count -= kBitsOfDigit;
            text += kDigits[bits >> count & 0x3FU];
        }
    }
    if (count > 0) {
        text += kDigits[bits << (kBitsOfDigit - count) & 0x3FU];
    }
    return text;
}

/// What has another length or other letters than it would be written with gives another text when written again, so
/// that it need not be looked at here.
std::string from_base64url(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char letter : text) {
        const auto digit = kDigits.find(letter);
        bits = bits << kBitsOfDigit | static_cast<std::uint32_t>(digit == std::string_view::npos ? 0 : digit);
        count += kBitsOfDigit;
        if (count >= kBitsOfByte) {
            count -= kBitsOfByte;
            bytes += static_cast<char>(bits >> count & 0xFFU);
        }
    }
    return bytes;
}

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

/// Text that PostgreSQL takes.
bool is_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = text[0] == '\0' ? 0 : utf8_sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
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
    if (!has_id || (value != kUnknown && !is_value_of(question.sort, value)) || !is_text(rest.substr(separator + 1))) {
        throw BadInput("query parameter cursor: is none that this API gave");
    }
    return {value == kUnknown ? std::nullopt : std::optional<std::string>(value),
            std::string(rest.substr(separator + 1))};
}

}  // namespace watchtower::gateway
