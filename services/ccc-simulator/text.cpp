#include "services/ccc-simulator/text.hpp"

#include <charconv>

#include "common/base/clock.hpp"

namespace watchtower::simulator {

void append_integer(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): to_chars fills what is read
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), result.ptr);
}

void append_amount(std::string& out, Millionths amount) {
    append_integer(out, static_cast<std::uint64_t>(amount / kUnit));
    auto rest = static_cast<std::uint64_t>(amount % kUnit);
    if (rest == 0) {
        return;
    }
    std::array<char, 7> digits = {'.'};
    std::size_t length = 1;
    for (std::size_t i = digits.size() - 1; i > 0; --i, rest /= 10) {
        digits[i] = static_cast<char>('0' + rest % 10);
        length = length == 1 && rest % 10 != 0 ? i + 1 : length;
    }
    out.append(digits.data(), length);
}

void append_player(std::string& out, PlayerIndex player, const Shape& shape) {
    const std::uint64_t number = std::uint64_t{player} + 1;
    if (shape.integer_players) {
        append_integer(out, number);
        return;
    }
    out += "\"player";
    append_integer(out, number);
    out += '"';
}

void TimeWriter::append(std::string& out, std::int64_t seconds) {
    constexpr std::int64_t kDay = 86'400;
    if (const std::int64_t day = seconds / kDay; day != day_) {
        day_ = day;
        date_ = to_rfc3339(TimePoint(std::chrono::seconds(seconds))).substr(0, 11);
    }
    const std::int64_t rest = seconds % kDay;
    out += '"';
    out += date_;
    for (const auto& [value, behind] : {std::pair{rest / 3600, ':'}, {rest / 60 % 60, ':'}, {rest % 60, 'Z'}}) {
        out += static_cast<char>('0' + value / 10);
        out += static_cast<char>('0' + value % 10);
        out += behind;
    }
    out += '"';
}

}  // namespace watchtower::simulator
