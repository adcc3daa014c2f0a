#include "proto-json/amount.hpp"

#include <algorithm>
#include <charconv>

namespace watchtower::proto {

namespace {

constexpr int kFractionDigits = 6;
constexpr int kMostExponent = 100;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A JSON number taken apart: its digits without the point, and how many of them stand behind the point after the
/// exponent was applied (negative: zeros to append).
struct Decimal {
    bool negative = false;
    std::string digits;
    int fraction_digits = 0;
};

std::size_t take_digits(std::string_view& text, std::string& digits) {
    const std::size_t before = text.size();
    while (!text.empty() && is_digit(text.front())) {
        digits += text.front();
        text.remove_prefix(1);
    }
    return before - text.size();
}

std::optional<int> take_exponent(std::string_view& text) {
    if (text.empty() || (text.front() != 'e' && text.front() != 'E')) {
        return 0;
    }
    text.remove_prefix(1);
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        text.remove_prefix(1);
    }
    std::string digits;
    if (take_digits(text, digits) == 0) {
        return std::nullopt;
    }
    int value = kMostExponent + 1;
    const auto start = std::min(digits.find_first_not_of('0'), digits.size());
    if (digits.size() - start <= 3) {
        value = 0;
        std::from_chars(digits.data() + start, digits.data() + digits.size(), value);
    }
    return negative ? -value : value;
}

std::optional<Decimal> take_apart(std::string_view text) {
    Decimal number;
    if (!text.empty() && text.front() == '-') {
        number.negative = true;
        text.remove_prefix(1);
    }
    const bool leading_zero = !text.empty() && text.front() == '0';
    const std::size_t whole = take_digits(text, number.digits);
    if (whole == 0 || (leading_zero && whole > 1)) {
        return std::nullopt;
    }
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        number.fraction_digits = static_cast<int>(take_digits(text, number.digits));
        if (number.fraction_digits == 0) {
            return std::nullopt;
        }
    }
    const auto exponent = take_exponent(text);
    if (!exponent || !text.empty()) {
        return std::nullopt;
    }
    number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size()));
    number.fraction_digits -= *exponent;
    return number;
}

}  // namespace

std::optional<Amount> parse_amount(std::string_view text) {
    auto number = take_apart(text);
    if (!number) {
        return std::nullopt;
    }
    const int shift = kFractionDigits - number->fraction_digits;  // digits to append, or to cut when negative
    const int size = static_cast<int>(number->digits.size()) + shift;
    constexpr int kMostDigits = 22 + kFractionDigits;
    if (number->digits.empty() || size < 0) {
        return Amount{};
    }
    if (size > kMostDigits + 1) {
        return std::nullopt;
    }
    bool round_up = false;
    if (shift < 0) {
        round_up = number->digits[static_cast<std::size_t>(size)] >= '5';
        number->digits.resize(static_cast<std::size_t>(size));
    } else {
        number->digits.append(static_cast<std::size_t>(shift), '0');
    }
    Amount amount;
    for (const char digit : number->digits) {
        amount.millionths = amount.millionths * 10 + (digit - '0');
    }
    amount.millionths += round_up ? 1 : 0;
    if (to_double(amount) > kMostUnits) {
        return std::nullopt;
    }
    if (number->negative) {
        amount.millionths = -amount.millionths;
    }
    return amount;
}

void append_text(std::string& out, Amount amount) {
    __extension__ using Unsigned = unsigned __int128;
    if (amount.millionths < 0) {
        out += '-';
    }
    const auto rest =
        amount.millionths < 0 ? -static_cast<Unsigned>(amount.millionths) : static_cast<Unsigned>(amount.millionths);
    std::string reversed;
    bool significant = false;
    const auto append_digits = [&reversed, &significant](auto number) {
        for (int position = 0; position < kFractionDigits || number != 0 || position == kFractionDigits; ++position) {
            if (position == kFractionDigits && significant) {
                reversed += '.';
            }
            const char digit = static_cast<char>('0' + static_cast<int>(number % 10));
            number /= 10;
            significant = significant || digit != '0';
            if (significant || position >= kFractionDigits) {
                reversed += digit;
            }
        }
    };
    if (rest <= UINT64_MAX) {
        append_digits(static_cast<std::uint64_t>(rest));  // dividing 128 bits takes ten times as long
    } else {
        append_digits(rest);
    }
    out.append(reversed.rbegin(), reversed.rend());
}

std::string to_text(Amount amount) {
    std::string text;
    append_text(text, amount);
    return text;
}

double to_double(Amount amount) {
    const Amount::Millionths whole = amount.millionths / 1'000'000;
    const Amount::Millionths rest = amount.millionths % 1'000'000;
    return static_cast<double>(whole) + static_cast<double>(rest) / 1e6;
}

}  // namespace watchtower::proto
