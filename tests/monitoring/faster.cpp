#include "tests/monitoring/faster.hpp"

#include <algorithm>
#include <map>
#include <regex>

namespace watchtower::test {

namespace {

/// `number` and `unit` as Prometheus writes durations ("5", "m"), divided and in milliseconds.
std::string divided(const std::string& number, const std::string& unit, int factor) {
    static const std::map<std::string, std::int64_t> kMilliseconds = {
        {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    return std::to_string(std::max<std::int64_t>(std::stoll(number) * kMilliseconds.at(unit) / factor, 1)) + "ms";
}

}  // namespace

std::string faster(const std::string& text, int factor) {
    static const std::regex kDuration(
        R"((\[|\b(?:for|keep_firing_for|group_wait|group_interval|repeat_interval): )([1-9][0-9]*)(ms|s|m|h|d)\b)");
    std::string result;
    auto rest = text.cbegin();
    for (std::sregex_iterator match(text.begin(), text.end(), kDuration), end; match != end; ++match) {
        result.append(rest, (*match)[0].first);
        result += (*match)[1].str() + divided((*match)[2].str(), (*match)[3].str(), factor);
        rest = (*match)[0].second;
    }
    return result.append(rest, text.cend());
}

}  // namespace watchtower::test
