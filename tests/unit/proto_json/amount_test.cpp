#include "proto-json/amount.hpp"

#include <gtest/gtest.h>

namespace watchtower::proto {
namespace {

std::string reread(const std::string& text) {
    const auto amount = parse_amount(text);
    return amount ? to_text(*amount) : "nothing";
}

TEST(Amount, ReadsAndWritesExactDecimals) {
    EXPECT_EQ(reread("5000"), "5000");
    EXPECT_EQ(reread("0"), "0");
    EXPECT_EQ(reread("-0"), "0");
    EXPECT_EQ(reread("0.1"), "0.1");
    EXPECT_EQ(reread("0.000001"), "0.000001");
    EXPECT_EQ(reread("10.000000"), "10");
    EXPECT_EQ(reread("-3.250"), "-3.25");
    EXPECT_EQ(reread("100200300400500600700.123456"), "100200300400500600700.123456");
}

TEST(Amount, RoundsToTheNearestMillionth) {
    EXPECT_EQ(reread("0.0000004"), "0");
    EXPECT_EQ(reread("0.0000005"), "0.000001");
    EXPECT_EQ(reread("1.9999996"), "2");
    EXPECT_EQ(reread("-0.0000015"), "-0.000002");
}

TEST(Amount, UnderstandsExponents) {
    EXPECT_EQ(reread("1e3"), "1000");
    EXPECT_EQ(reread("1.5E+2"), "150");
    EXPECT_EQ(reread("25e-1"), "2.5");
    EXPECT_EQ(reread("1e-7"), "0");
    EXPECT_EQ(reread("0e999"), "0");
    EXPECT_EQ(reread("1e22"), "10000000000000000000000");
    EXPECT_EQ(reread("0.00000000000000000000000000000000000000000000000000001e55"), "100");
}

TEST(Amount, RefusesWhatIsNoNumberOrTooLarge) {
    for (const char* text : {"",
                             "-",
                             "abc",
                             "1.",
                             ".5",
                             "01",
                             "1e",
                             "1e+",
                             "+1",
                             " 1",
                             "1 ",
                             "0x1",
                             "NaN",
                             "1e23",
                             "1e400",
                             "-1e23",
                             "99999999999999999999999999999999999999999",
                             "1e99999999999999999999"}) {
        EXPECT_EQ(reread(text), "nothing") << text;
    }
}

TEST(Amount, SumsWithoutError) {
    Amount sum;
    for (int i = 0; i < 1'000'000; ++i) {
        sum += *parse_amount("0.1");
    }
    EXPECT_EQ(to_text(sum), "100000");
    EXPECT_EQ(to_double(*parse_amount("-0.25")), -0.25);
}

}  // namespace
}  // namespace watchtower::proto
