#include "services/collector/source/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace watchtower::collector::fields {

namespace {

using json::Token;

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t digits_value(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char digit : digits) {
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value;
}

/// The nearest double of a JSON number; infinite when it is too large for one.
double to_double(std::string_view number) {
    double value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc::result_out_of_range) {
        // from_chars does not tell too large from too small.
        value = std::strtod(std::string(number).c_str(), nullptr);
    }
    return value;
}

Refusal check_text(const Token& token) {
    const bool fits = token.kind != Token::Kind::unfit_text && token.text.size() <= kMostTextBytes;
    return fits ? Refusal() : InvalidReason::out_of_range;
}

bool is_text(const Token& token) {
    return token.kind == Token::Kind::text || token.kind == Token::Kind::unfit_text;
}

bool is_integer(const Token& token) {
    return token.kind == Token::Kind::number && all_digits(token.text.substr(token.text.front() == '-' ? 1 : 0));
}

/// "123.45": up to 18 digits before the point and 6 behind it, which is nearly every balance there is.
std::optional<proto::Amount> plain_amount(std::string_view number) {
    const auto point = std::min(number.find('.'), number.size());
    const std::string_view whole = number.substr(0, point);
    const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
    if (whole.size() > 18 || fraction.size() > 6 || !all_digits(whole) || !all_digits(fraction)) {
        return std::nullopt;
    }
    std::uint64_t millionths = digits_value(fraction);
    for (std::size_t digits = fraction.size(); digits < 6; ++digits) {
        millionths *= 10;
    }
    auto amount = proto::Amount::units(static_cast<std::int64_t>(digits_value(whole)));
    amount.millionths += millionths;
    return amount;
}

/// A number that is finite and not negative (-0 is not).
Refusal check_number(double value) {
    if (!std::isfinite(value)) {
        return InvalidReason::not_finite;
    }
    return value < 0 ? Refusal(InvalidReason::negative) : Refusal();
}

}  // namespace

Refusal read_player(const Token& token, std::string_view& player_id) {
    if (is_integer(token)) {
        player_id = token.text == "-0" ? "0" : token.text;
        return check_text(token);
    }
    if (!is_text(token) || (token.kind == Token::Kind::text && token.text.empty())) {
        return InvalidReason::missing_player;
    }
    player_id = token.text;
    return check_text(token);
}

Refusal read_id(const Token& token, std::optional<std::string_view>& id) {
    if (token.empty() || (token.kind == Token::Kind::text && token.text.empty())) {
        return std::nullopt;
    }
    if (!is_text(token) && !is_integer(token)) {
        return InvalidReason::wrong_type;
    }
    id = token.text;
    return check_text(token);
}

Refusal read_text(const Token& token, std::optional<std::string_view>& text) {
    if (token.empty() || (token.kind == Token::Kind::text && token.text.empty())) {
        return std::nullopt;
    }
    if (!is_text(token)) {
        return InvalidReason::wrong_type;
    }
    text = token.text;
    return check_text(token);
}

Refusal read_name(const Token& token, std::string_view& name) {
    if (token.empty() || (token.kind == Token::Kind::text && token.text.empty())) {
        return InvalidReason::missing_field;
    }
    if (!is_text(token)) {
        return InvalidReason::wrong_type;
    }
    name = token.text;
    return check_text(token);
}

Refusal read_count(const Token& token, std::uint64_t& count) {
    if (token.empty()) {
        return std::nullopt;
    }
    if (token.kind != Token::Kind::number) {
        return InvalidReason::wrong_type;
    }
    constexpr std::size_t kDigitsOf64Bits = 19;
    if (token.text.size() <= kDigitsOf64Bits && all_digits(token.text)) {
        const std::uint64_t exact = digits_value(token.text);
        if (exact > kMostCount) {
            return InvalidReason::out_of_range;
        }
        count = exact;
        return std::nullopt;
    }
    const double value = to_double(token.text);
    if (const auto refusal = check_number(value)) {
        return refusal;
    }
    if (value != std::floor(value)) {
        return InvalidReason::wrong_type;
    }
    if (value > static_cast<double>(kMostCount)) {
        return InvalidReason::out_of_range;
    }
    count = static_cast<std::uint64_t>(value);
    return std::nullopt;
}

Refusal read_amount(const Token& token, std::optional<proto::Amount>& amount) {
    if (token.empty()) {
        return std::nullopt;
    }
    if (token.kind != Token::Kind::number) {
        return InvalidReason::wrong_type;
    }
    if (const auto plain = plain_amount(token.text)) {
        amount = plain;
        return std::nullopt;
    }
    if (const auto refusal = check_number(to_double(token.text))) {
        return refusal;
    }
    amount = proto::parse_amount(token.text);
    return amount ? Refusal() : InvalidReason::out_of_range;
}

Refusal read_level(const Token& token, std::uint32_t& level) {
    constexpr std::uint64_t kMostLevel = 1000;
    if (token.empty()) {
        return InvalidReason::missing_field;
    }
    std::uint64_t value = 0;
    if (read_count(token, value) || value < 1 || value > kMostLevel) {
        return InvalidReason::bad_level;
    }
    level = static_cast<std::uint32_t>(value);
    return std::nullopt;
}

Refusal read_boolean(const Token& token, bool& value) {
    if (token.empty()) {
        return std::nullopt;
    }
    if (token.kind != Token::Kind::boolean) {
        return InvalidReason::wrong_type;
    }
    value = token.text == "true";
    return std::nullopt;
}

std::optional<TimePoint> read_time(const Token& token) {
    constexpr double kYear9999 = 253402300799;
    if (token.kind == Token::Kind::text) {
        return try_parse_rfc3339(token.text);
    }
    if (token.kind != Token::Kind::number) {
        return std::nullopt;
    }
    const double seconds = to_double(token.text);
    if (!(seconds >= 0 && seconds <= kYear9999)) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(std::llround(seconds * 1000)));
}

}  // namespace watchtower::collector::fields
