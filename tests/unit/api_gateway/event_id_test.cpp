#include "services/api-gateway/event_id.hpp"

#include <gtest/gtest.h>

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;

TEST(EventId, IsReadAsItIsWritten) {
    for (const EventId& id : {EventId{"default", TimePoint(1'765'197'240s), 0},
                              EventId{"north-2", TimePoint(1'765'197'240'500ms), 18'446'744'073'709'551'615U}}) {
        EXPECT_EQ(parse_event_id(to_text(id)), id) << to_text(id);
    }
    EXPECT_EQ(to_text({"default", TimePoint(1'765'197'240s), 7}), "default:1765197240:7");
}

TEST(EventId, IsNothingWhenSomebodyElseWroteIt) {
    for (const char* text : {"",
                             ":",
                             "::",
                             "7",
                             "default",
                             "default:1765197240",
                             "default:1765197240:",
                             "default:1765197240:7:",
                             "default:1765197240:7:8",
                             "default:1765197240:-1",
                             "default:1765197240:+1",
                             "default:1765197240:07",
                             "default:1765197240:7 ",
                             "default:01765197240:7",
                             "default:x:7",
                             "Default:1765197240:7",
                             "default::7",
                             ":1765197240:7",
                             "default:1765197240.0:7",
                             "default:1765197240:18446744073709551616",
                             "default:99999999999999999999:7",
                             "default:-1:7",
                             "default:1e9:7",
                             "default:nan:7"}) {
        EXPECT_EQ(parse_event_id(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_event_id(std::string(16'000, ':')), std::nullopt);
}

}  // namespace
}  // namespace watchtower::gateway
