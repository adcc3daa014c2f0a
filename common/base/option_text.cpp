#include "common/base/option_text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <sstream>

#include "common/base/error.hpp"

namespace watchtower {

namespace {

std::string bounds(double least, double most) {
    return "a number from " + shortest(least) + " to " + shortest(most);
}

}  // namespace

std::string to_flag(std::string_view name) {
    std::string flag(name);
    for (char& c : flag) {
        c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return flag;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? ""
                                           : std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::string shortest(double value) {
    std::array<char, 40> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), result.ptr};
}

double parse_number(const std::string& text, double least, double most) {
    const auto value = parse_whole<double>(text);
    if (!value || !std::isfinite(*value) || *value < least || *value > most) {
        throw BadInput("'" + text + "' is not " + bounds(least, most));
    }
    return *value;
}

std::uint64_t parse_bytes(const std::string& text) {
    static const std::map<std::string, unsigned> kUnits = {{"", 0},
                                                           {"b", 0},
                                                           {"kb", 10},
                                                           {"kib", 10},
                                                           {"k", 10},
                                                           {"mb", 20},
                                                           {"mib", 20},
                                                           {"m", 20},
                                                           {"gb", 30},
                                                           {"gib", 30},
                                                           {"g", 30}};
    const auto digits_end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = parse_whole<std::uint64_t>(text.substr(0, digits_end));
    std::string unit = trimmed(text.substr(digits_end));
    std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto shift = kUnits.find(unit);
    if (!value || shift == kUnits.end() || *value > (UINT64_MAX >> 1U) >> shift->second) {
        throw BadInput("'" + text + "' is not a size such as 1048576, 64KiB or 1GiB");
    }
    return *value << shift->second;
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> entries;
    std::istringstream stream(text);
    for (std::string entry; std::getline(stream, entry, ',');) {
        if (entry = trimmed(entry); !entry.empty()) {
            entries.push_back(entry);
        }
    }
    return entries;
}

std::string join(const std::vector<std::string>& entries, const char* separator) {
    std::string text;
    for (const auto& entry : entries) {
        text.append(text.empty() ? "" : separator).append(entry);
    }
    return text;
}

}  // namespace watchtower
