#include "common/http/uri.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Uri, AcceptsUtf8AndNothingLikeIt) {
    for (const std::string good :
         {"", "abc", "é", "€", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
        EXPECT_TRUE(is_utf8(good)) << testing::PrintToString(good);
    }
    for (const std::string bad : {"\x80",
                                  "\xC0\xAF",
                                  "\xC1\x81",
                                  "\xE0\x80\xAF",
                                  "\xED\xA0\x80",
                                  "\xF0\x80\x80\xAF",
                                  "\xF4\x90\x80\x80",
                                  "\xF5\x80\x80\x80",
                                  "\xFF",
                                  "a\xC3",
                                  "\xE2\x82",
                                  "\xE2\x82(",
                                  "\xC3\xA9\x80"}) {
        EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
    }
}

TEST(Uri, DecodesEscapesAndPlusOnlyInQueries) {
    EXPECT_EQ(percent_decode("a%2Fb%c3%a9+", false), "a/bé+");
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(Uri, RefusesBrokenEscapesNulAndWhatIsNotUtf8) {
    for (const char* const bad : {"%", "%4", "a%", "%zz", "%4g", "%00", "%ff", "%C3", "%C3%28"}) {
        EXPECT_THROW((void)percent_decode(bad, false), BadInput) << bad;
        EXPECT_THROW((void)parse_query(std::string("a=") + bad), BadInput) << bad;
        EXPECT_THROW((void)parse_path(std::string("/x/") + bad), BadInput) << bad;
    }
}

TEST(Uri, EncodesWhatDecodingGivesBack) {
    std::string all;
    for (int c = 1; c < 128; ++c) {
        all.push_back(static_cast<char>(c));
    }
    all += "é€";
    EXPECT_EQ(percent_decode(percent_encode(all), false), all);
    EXPECT_EQ(percent_decode(percent_encode(all), true), all);
    EXPECT_EQ(percent_encode("a-b._~/ "), "a-b._~%2F%20");
}

TEST(Uri, SplitsQueriesBeforeDecoding) {
    EXPECT_THAT(parse_query("a=1&b=x%26y%3Dz&c&d=&e=f=g"),
                ElementsAre(Pair("a", "1"), Pair("b", "x&y=z"), Pair("c", ""), Pair("d", ""), Pair("e", "f=g")));
    EXPECT_THAT(parse_query(""), IsEmpty());
    EXPECT_THAT(parse_query("&&a=1&"), ElementsAre(Pair("a", "1")));
}

TEST(Uri, SplitsPathsBeforeDecoding) {
    EXPECT_THAT(parse_path("/"), ElementsAre(""));
    EXPECT_THAT(parse_path("/a/b%2Fc/"), ElementsAre("a", "b/c", ""));
    EXPECT_THAT(parse_path("//a"), ElementsAre("", "a"));
}

}  // namespace
}  // namespace watchtower::http
