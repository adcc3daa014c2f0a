#include "common/base/json_text.hpp"

#include <gtest/gtest.h>

namespace watchtower {
namespace {

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonText, AppendsToWhatIsThere) {
    std::string out = "{";
    append_json_string(out, "name");
    EXPECT_EQ(out, R"({"name")");
}

TEST(JsonText, PutsTextInQuotes) {
    EXPECT_EQ(json_string(""), R"("")");
    EXPECT_EQ(json_string("a / b"), R"("a / b")");
    EXPECT_EQ(json_string("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8F\x9C\x7F"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8F\x9C\x7F\"");
}

TEST(JsonText, EscapesWhatJsonDoesNotAllowBare) {
    EXPECT_EQ(json_string("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
    EXPECT_EQ(json_string(std::string_view("\0\x01\x0B\x1F ", 5)), R"("\u0000\u0001\u000b\u001f ")");
}

TEST(JsonText, ReplacesEachByteThatIsNotUtf8) {
    EXPECT_EQ(json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    EXPECT_EQ(json_string("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(json_string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(json_string("\xC3\"\xC3\n"), "\"\xEF\xBF\xBD\\\"\xEF\xBF\xBD\\n\"");
}

}  // namespace
}  // namespace watchtower
