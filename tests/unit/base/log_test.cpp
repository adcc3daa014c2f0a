#include "common/base/log.hpp"

#include <gtest/gtest.h>

namespace watchtower::log {
namespace {

TEST(Log, WritesJsonWithTypedFields) {
    EXPECT_EQ(format_line(Format::json,
                          "T",
                          Level::info,
                          "collector",
                          "tick_stored",
                          {{"world", "default"}, {"players", 12U}, {"change", -3}, {"seconds", 0.5}, {"stale", false}}),
              R"({"ts":"T","level":"info","service":"collector","event":"tick_stored","world":"default","players":12,)"
              R"("change":-3,"seconds":0.5,"stale":false})");
}

TEST(Log, WritesTextForPeople) {
    EXPECT_EQ(format_line(Format::text, "T", Level::warn, "exporter", "dependency_down", {{"dependency", "redis"}}),
              R"(T warn exporter dependency_down dependency="redis")");
}

TEST(Log, KeepsAnEventOnOneLineWhateverAFieldHolds) {
    const std::string line =
        format_line(Format::json, "T", Level::info, "s", "e", {{"player", "a\"\\\n\r\x01\xff\xc3\xa9\xed"}});
    EXPECT_EQ(line.substr(line.find("player")), "player\":\"a\\\"\\\\\\n\\r\\u0001\xEF\xBF\xBD\xc3\xa9\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace watchtower::log
