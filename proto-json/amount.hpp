#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchtower::proto {

/// An exact quantity of gold or spice in millionths of a unit: sums of any number of balances stay exact. 128 bits hold
/// 1.7e32 units.
struct Amount {
    __extension__ using Millionths = __int128;
    Millionths millionths = 0;

    [[nodiscard]] static Amount units(std::int64_t whole) { return {static_cast<Millionths>(whole) * 1'000'000}; }

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the comparison's own 0 for a pointer
    auto operator<=>(const Amount&) const = default;
    Amount& operator+=(Amount other) {
        millionths += other.millionths;
        return *this;
    }
    Amount& operator-=(Amount other) {
        millionths -= other.millionths;
        return *this;
    }
    friend Amount operator+(Amount a, Amount b) { return a += b; }
    friend Amount operator-(Amount a, Amount b) { return a -= b; }
};

/// Amounts from the game above this many units are refused, so that sums of a billion of them cannot overflow.
inline constexpr double kMostUnits = 1e22;

/// "5000", "0.25", "-3.000001": decimal, without exponent, without zeros at the end of a fraction. Also valid JSON.
[[nodiscard]] std::string to_text(Amount amount);
void append_text(std::string& out, Amount amount);

/// Reads a JSON number (exponents too), rounded half away from zero to the nearest millionth. Nothing when it is no
/// JSON number or above kMostUnits in size.
[[nodiscard]] std::optional<Amount> parse_amount(std::string_view text);

/// The nearest double, for where others' formats have nothing better (Prometheus).
[[nodiscard]] double to_double(Amount amount);

}  // namespace watchtower::proto
