#include "common/base/utf8.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace watchtower {
namespace {

// By RFC 3629's table of bits, without its table of bytes.
std::string encoded(std::uint32_t point) {
    const auto byte = [](std::uint32_t value) { return std::string(1, static_cast<char>(value)); };
    const auto rest = [&](unsigned shift) { return byte(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
        return byte(point);
    }
    if (point < 0x800) {
        return byte(0xC0U | (point >> 6U)) + rest(0);
    }
    if (point < 0x10000) {
        return byte(0xE0U | (point >> 12U)) + rest(6) + rest(0);
    }
    return byte(0xF0U | (point >> 18U)) + rest(12) + rest(6) + rest(0);
}

TEST(Utf8, KnowsTheLengthOfEveryCodePoint) {
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
        const std::string text = encoded(point);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        ASSERT_EQ(utf8_sequence_length(text), surrogate ? 0 : text.size()) << std::hex << point;
    }
    EXPECT_EQ(utf8_sequence_length(encoded(0x110000)), 0U);
}

TEST(Utf8, LooksAtTheFrontOnly) {
    EXPECT_EQ(utf8_sequence_length("a\xFF"), 1U);
    EXPECT_EQ(utf8_sequence_length("\xC3\xA9\xFF"), 2U);
    EXPECT_EQ(utf8_sequence_length("\xE2\x82\xAC\xFF"), 3U);
    EXPECT_EQ(utf8_sequence_length("\xF0\x9F\x8F\x9C\xFF"), 4U);
}

TEST(Utf8, RefusesWhatIsCutOff) {
    for (const std::uint32_t point : {0xE9U, 0x20ACU, 0x1F3DCU}) {
        const std::string whole = encoded(point);
        for (std::size_t length = 1; length < whole.size(); ++length) {
            // In memory of exactly this size, so that the address sanitizer sees a byte too many being read.
            const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            EXPECT_EQ(utf8_sequence_length({cut.data(), cut.size()}), 0U) << length << " of " << whole;
            EXPECT_EQ(utf8_sequence_length(whole.substr(0, length) + "a"), 0U) << length << " of " << whole;
        }
    }
}

TEST(Utf8, RefusesMoreBytesThanNeeded) {
    for (const char* text :
         {"\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF"}) {
        EXPECT_EQ(utf8_sequence_length(text), 0U) << text;
    }
}

TEST(Utf8, RefusesBytesThatBeginNothing) {
    for (int lead = 0x80; lead <= 0xFF; ++lead) {
        const std::string text = std::string(1, static_cast<char>(lead)) + "\xBF\xBF\xBF\xBF\xBF";
        const bool begins = (lead >= 0xC2 && lead <= 0xEF && lead != 0xED) || (lead >= 0xF0 && lead <= 0xF3);
        EXPECT_EQ(utf8_sequence_length(text) != 0, begins) << lead;
    }
}

}  // namespace
}  // namespace watchtower
