#include "services/collector/doctor/clock.hpp"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

namespace watchtower::collector::doctor {

namespace {

/// Ticks are labelled by this machine's clock and leases run by Redis's: seconds are harmless, an interval is not.
constexpr Milliseconds kNoticed{2'000};
constexpr Milliseconds kTooMuch{30'000};

constexpr auto kAdvice = "synchronise the clocks (NTP) of this machine and of that server";

}  // namespace

Outcome compare_clock(
    const std::string& whose, TimePoint told, TimePoint asked, TimePoint answered, Milliseconds error) {
    using std::chrono::duration_cast;
    const auto early = duration_cast<Milliseconds>(asked - told) - error;
    const auto late = duration_cast<Milliseconds>(told - answered) - error;
    const Milliseconds off = std::max({early, late, Milliseconds(0)});
    if (off == Milliseconds(0)) {
        return fine("this machine's clock is " + whose);
    }
    const std::string what = "this machine's clock is " + std::to_string(off.count()) + " ms " +
                             (early > late ? "ahead of " : "behind ") + whose;
    if (off > kTooMuch) {
        return failed(what, kAdvice);
    }
    return off > kNoticed ? warning(what, kAdvice) : fine(what);
}

Outcome compare_clock(const std::string& whose, const std::function<TimePoint()>& ask, Milliseconds error) {
    const SystemClock clock;
    const TimePoint asked = clock.now();
    const TimePoint told = ask();
    return compare_clock(whose, told, asked, clock.now(), error);
}

std::optional<TimePoint> parse_http_date(const std::string& text) {
    std::tm parts{};
    std::istringstream in(text);
    in.imbue(std::locale::classic());
    in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S GMT");
    if (in.fail()) {
        return std::nullopt;
    }
    return TimePoint(std::chrono::duration_cast<TimePoint::duration>(std::chrono::seconds(timegm(&parts))));
}

}  // namespace watchtower::collector::doctor
