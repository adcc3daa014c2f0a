#include "common/metrics/text.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/support/promtool.hpp"

namespace watchtower::metrics {
namespace {

std::string sample(std::string_view label_value) {
    std::string out;
    TextWriter(out).append_sample("a", {{"l", label_value}}, 1);
    return out;
}

TEST(TextWriter, WritesAFamilyAndItsSamples) {
    std::string out;
    TextWriter writer(out);
    writer.append_family("a_total", FamilyType::counter, "What it counts.");
    writer.append_sample("a_total", {}, 3);
    writer.append_sample("a_total", {{"x", "1"}, {"y", "two"}}, 0.5);
    EXPECT_EQ(out,
              "# HELP a_total What it counts.\n# TYPE a_total counter\n"
              "a_total 3\na_total{x=\"1\",y=\"two\"} 0.5\n");
    EXPECT_TRUE(test::promtool_accepts(out));
}

TEST(TextWriter, EscapesLabelValues) {
    EXPECT_EQ(sample("a\\b\"c\nd"), "a{l=\"a\\\\b\\\"c\\nd\"} 1\n");
}

TEST(TextWriter, KeepsControlCharactersAndUtf8) {
    EXPECT_EQ(sample("\r\t\x01 é 🏜"), "a{l=\"\r\t\x01 é 🏜\"} 1\n");
}

TEST(TextWriter, ReplacesBytesThatAreNotUtf8OneByOne) {
    EXPECT_EQ(sample("x\xFF\xC3"), "a{l=\"x\xEF\xBF\xBD\xEF\xBF\xBD\"} 1\n");
    EXPECT_EQ(sample("\xED\xA0\x80"), "a{l=\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"} 1\n");
}

TEST(TextWriter, WhateverStandsInALabelIsAccepted) {
    std::string out;
    TextWriter writer(out);
    writer.append_family("a", FamilyType::gauge, "A line\nwith a \\ and \xFF in it.");
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    writer.append_sample("a", {{"l", all}}, 1);
    writer.append_sample("a", {{"l", ""}}, 1);
    EXPECT_TRUE(test::promtool_accepts(out)) << out;
}

TEST(TextWriter, WritesIntegersExactly) {
    std::string out;
    TextWriter(out).append_sample("a", {}, std::numeric_limits<std::uint64_t>::max());
    TextWriter(out).append_sample("a", {}, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(out, "a 18446744073709551615\na -9223372036854775808\n");
}

TEST(NumberText, IsTheShortestThatReadsBack) {
    EXPECT_EQ(number_text(0.1), "0.1");
    EXPECT_EQ(number_text(5000), "5000");
    EXPECT_EQ(number_text(1733661296.789), "1733661296.789");
    EXPECT_EQ(number_text(1e22), "1e+22");
    EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
    EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-Inf");
    EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace watchtower::metrics
