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
    return token.kind == Token::Kind::whole ||
           (token.kind == Token::Kind::number && all_digits(token.text.substr(token.text.front() == '-' ? 1 : 0)));
}

/// "123.45": up to 18 characters, 6 of them behind the point, which is nearly every balance there is.
std::optional<proto::Amount> plain_amount(std::string_view number) {
    constexpr std::size_t kMostCharacters = 18;
    constexpr std::size_t kFractionDigits = 6;
    const std::size_t point = std::min(number.find('.'), number.size() - 1);
    std::size_t fraction_digits = number.size() - 1 - point;
    if (number.size() > kMostCharacters || fraction_digits > kFractionDigits) {
        return std::nullopt;
    }
    std::uint64_t digits = 0;
    for (std::size_t at = 0; at < number.size(); ++at) {
        if (number[at] >= '0' && number[at] <= '9') {
            digits = digits * 10 + static_cast<std::uint64_t>(number[at] - '0');
        } else if (at != point) {
            return std::nullopt;
        }
    }
    proto::Amount amount{digits};
    for (; fraction_digits < kFractionDigits; ++fraction_digits) {
        amount.millionths *= 10;
    }
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

Refusal read_unusual_count(const Token& token, std::uint64_t& count) {
    if (token.empty()) {
        return std::nullopt;
    }
    if (token.kind == Token::Kind::whole) {
        return InvalidReason::out_of_range;
    }
    if (token.kind != Token::Kind::number) {
        return InvalidReason::wrong_type;
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
    if (token.kind == Token::Kind::whole) {
        amount = proto::Amount{static_cast<proto::Amount::Millionths>(token.value) * 1'000'000};
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
    if (!token.is_number()) {
        return std::nullopt;
    }
    const double seconds = to_double(token.text);
    if (!(seconds >= 0 && seconds <= kYear9999)) {
        return std::nullopt;
    }
    return TimePoint(Milliseconds(std::llround(seconds * 1000)));
}

}  // namespace watchtower::collector::fields
