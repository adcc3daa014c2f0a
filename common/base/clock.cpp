#include "common/base/clock.hpp"

#include <charconv>
#include <cstdio>

#include "common/base/error.hpp"

namespace watchtower {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes exactly `width` digits off the front of `text`.
template <std::size_t width>
std::optional<int> take_digits(std::string_view& text) {
    if (text.size() < width) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t at = 0; at < width; ++at) {
        const char c = text[at];
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// Takes digits off the front as a fraction of a second, cut to milliseconds; at least one digit.
std::optional<Milliseconds> take_fraction(std::string_view& text) {
    int value = 0;
    int scale = 100;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        value += (text.front() - '0') * scale;
        scale /= 10;
        ++digits;
        text.remove_prefix(1);
    }
    return digits == 0 ? std::nullopt : std::optional(Milliseconds(value));
}

/// "Z", "+hh:mm" or "-hh:mm", and nothing behind it.
std::optional<minutes> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return minutes(0);
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const auto hour = take_digits<2>(text);
    const bool colon = take(text, ":");
    const auto minute = take_digits<2>(text);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59 || !text.empty()) {
        return std::nullopt;
    }
    const minutes offset = hours(*hour) + minutes(*minute);
    return west ? -offset : offset;
}

}  // namespace

TimePoint SystemClock::now() const {
    return floor<Milliseconds>(std::chrono::system_clock::now());
}

TimePoint ManualClock::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

void ManualClock::set(TimePoint now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

void ManualClock::advance(Milliseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
}

std::string to_rfc3339(TimePoint time) {
    const auto day = floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char text[40];
    const int length = std::snprintf(text,
                                     sizeof text,
                                     "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                                     static_cast<int>(date.year()),
                                     static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()),
                                     static_cast<int>(clock.hours().count()),
                                     static_cast<int>(clock.minutes().count()),
                                     static_cast<int>(clock.seconds().count()),
                                     static_cast<int>(clock.subseconds().count()));
    return {text, static_cast<std::size_t>(length)};
}

std::optional<TimePoint> try_parse_rfc3339(std::string_view text) {
    const auto year = take_digits<4>(text);
    bool shape = take(text, "-");
    const auto month = take_digits<2>(text);
    shape = take(text, "-") && shape;
    const auto day = take_digits<2>(text);
    shape = take(text, "Tt ") && shape;
    const auto hour = take_digits<2>(text);
    shape = take(text, ":") && shape;
    const auto minute = take_digits<2>(text);
    shape = take(text, ":") && shape;
    const auto second = take_digits<2>(text);
    if (!shape || !year || !month || !day || !hour || !minute || !second) {
        return std::nullopt;
    }
    Milliseconds fraction{0};
    if (take(text, ".")) {
        const auto parsed = take_fraction(text);
        if (!parsed) {
            return std::nullopt;
        }
        fraction = *parsed;
    }
    const auto offset = parse_offset(text);
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!offset || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + fraction - *offset;
}

TimePoint parse_rfc3339(std::string_view text) {
    const auto time = try_parse_rfc3339(text);
    if (!time) {
        throw BadInput("not an RFC 3339 time: '" + std::string(text.substr(0, 64)) + "'");
    }
    return *time;
}

std::string to_epoch_seconds(TimePoint time) {
    const auto whole = floor<seconds>(time);
    std::string text = std::to_string(whole.time_since_epoch().count());
    const auto fraction = static_cast<int>((time - whole).count());
    if (fraction != 0) {
        char digits[8];
        std::snprintf(digits, sizeof digits, ".%03d", fraction);
        text += digits;
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text;
}

TimePoint parse_epoch_seconds(std::string_view text) {
    constexpr std::int64_t kYear9999 = 253402300799;
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    Milliseconds fraction{0};
    bool good = error == std::errc() && whole >= 0 && whole <= kYear9999;
    if (good && take(rest, ".")) {
        const bool short_enough = rest.size() <= 3;
        const auto parsed = take_fraction(rest);
        good = short_enough && parsed.has_value();
        fraction = parsed.value_or(fraction);
    }
    if (!good || !rest.empty()) {
        throw BadInput("not a time in epoch seconds: '" + std::string(text.substr(0, 64)) + "'");
    }
    return TimePoint(seconds(whole) + fraction);
}

TimePoint tick_at_or_before(TimePoint time, Milliseconds interval) {
    const auto since_epoch = time.time_since_epoch();
    auto remainder = since_epoch % interval;
    if (remainder < Milliseconds(0)) {
        remainder += interval;
    }
    return time - remainder;
}

}  // namespace watchtower
