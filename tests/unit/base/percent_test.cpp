#include "common/base/percent.hpp"

#include <gtest/gtest.h>

namespace watchtower {
namespace {

TEST(Percent, DecodesTwoHexadecimalDigits) {
    EXPECT_EQ(percent_decoded("a%20b%2Fc%2f%C3%A9"), "a b/c/\xC3\xA9");
    EXPECT_EQ(percent_decoded("a+b"), "a+b");
    EXPECT_EQ(percent_decoded(""), "");
    EXPECT_EQ(percent_decoded("%00"), std::string(1, '\0'));
}

TEST(Percent, RefusesAnythingElseAfterAPercentSign) {
    for (const char* text : {"%", "%4", "a%4", "%4g", "%g4", "%%41", "% 41"}) {
        EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace watchtower
