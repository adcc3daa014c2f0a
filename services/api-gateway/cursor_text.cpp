#include "services/api-gateway/cursor_text.hpp"

#include <cstdint>

#include "common/base/utf8.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned kBitsOfDigit = 6;
constexpr unsigned kBitsOfByte = 8;

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char byte : bytes) {
        bits = bits << kBitsOfByte | static_cast<unsigned char>(byte);
        for (count += kBitsOfByte; count >= kBitsOfDigit;) {
            count -= kBitsOfDigit;
            text += kDigits[bits >> count & 0x3FU];
        }
    }
    if (count > 0) {
        text += kDigits[bits << (kBitsOfDigit - count) & 0x3FU];
    }
    return text;
}

std::string from_base64url(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char letter : text) {
        const auto digit = kDigits.find(letter);
        bits = bits << kBitsOfDigit | static_cast<std::uint32_t>(digit == std::string_view::npos ? 0 : digit);
        count += kBitsOfDigit;
        if (count >= kBitsOfByte) {
            count -= kBitsOfByte;
            bytes += static_cast<char>(bits >> count & 0xFFU);
        }
    }
    return bytes;
}

bool is_database_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = text[0] == '\0' ? 0 : utf8_sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace watchtower::gateway
