#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace watchtower::test {

/// Text as it stands in a URL's user info: all but letters, digits and "-._~" as %XX.
inline std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += '%';
            result += kDigits[byte >> 4U];
            result += kDigits[byte & 15U];
        }
    }
    return result;
}

}  // namespace watchtower::test
