#include "services/collector/outbox/codec.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::collector {
namespace {

TickWrite sample() {
    const TimePoint tick{std::chrono::seconds(1'765'197'240)};
    TickWrite write;
    write.previous_tick = tick - Milliseconds(120'001);
    write.previous_id = new_state_id();
    write.id = new_state_id();
    write.states = {watchtower::test::sample_state("north", tick - Milliseconds(60'000)),
                    watchtower::test::sample_state("north", tick)};
    write.state_text = encode(write.state());
    write.reset = true;
    write.players = "p\\t1\té\"\\\\\t{\"move\":1}\t\\N\n";
    write.player_rows = 1;
    write.entries = "pvp\t#1\t1\t\\N\tf\n";
    write.events_added = "raid\t1\t2\n";
    write.erasures = 7;
    write.alert_log = {{6, write.state().alerts.front()}, {7, write.state().alerts.front()}};
    write.alert_log.back().alert.state = proto::AlertState::resolved;
    write.alert_log.back().alert.resolved_at = tick;
    return write;
}

TEST(TickWriteCodec, PutsEverythingBack) {
    const TickWrite write = sample();
    const TickWrite back = decode_tick_write(encode(write));
    EXPECT_EQ(back.previous_tick, write.previous_tick);
    EXPECT_EQ(back.previous_id, write.previous_id);
    EXPECT_EQ(back.id, write.id);
    EXPECT_EQ(back.states, write.states);
    EXPECT_EQ(back.state_text, write.state_text);
    EXPECT_EQ(back.reset, write.reset);
    EXPECT_EQ(back.players, write.players);
    EXPECT_EQ(back.player_rows, write.player_rows);
    EXPECT_EQ(back.entries, write.entries);
    EXPECT_EQ(back.events_added, write.events_added);
    EXPECT_EQ(back.erasures, write.erasures);
    EXPECT_EQ(back.alert_log, write.alert_log);
}

TEST(TickWriteCodec, PutsAFirstTickBack) {
    TickWrite write = sample();
    write.previous_tick.reset();
    write.previous_id.reset();
    write.states.erase(write.states.begin());
    const TickWrite back = decode_tick_write(encode(write));
    EXPECT_FALSE(back.previous_tick);
    EXPECT_FALSE(back.previous_id);
    EXPECT_EQ(back.states, write.states);
}

TEST(TickWriteCodec, ReadsWhatHasNoAlerts) {
    std::string text = encode(sample());
    text = text.substr(0, text.find(R"(,"alert_log":)")) + "}";
    EXPECT_TRUE(decode_tick_write(text).alert_log.empty());
}

TEST(TickWriteCodec, GivesAWriteWithoutIdsOneOfItsOwn) {
    TickWrite write = sample();
    write.previous_id.reset();
    std::string text = encode(write);
    const std::string field = R"(,"id":")" + write.id.text + R"(")";
    text.erase(text.find(field), field.size());
    const TickWrite back = decode_tick_write(text);
    EXPECT_FALSE(back.previous_id);
    EXPECT_EQ(back.id.text.size(), 32);
    EXPECT_NE(back.id, write.id);
    EXPECT_EQ(back.state_text, write.state_text);
}

TEST(TickWriteCodec, RefusesWhatIsNoWrite) {
    const std::string text = encode(sample());
    EXPECT_THROW((void)decode_tick_write(""), BadInput);
    EXPECT_THROW((void)decode_tick_write("[]"), BadInput);
    EXPECT_THROW((void)decode_tick_write(text.substr(0, text.size() / 2)), BadInput);
    EXPECT_THROW((void)decode_tick_write(R"({"previous_tick":5})"), BadInput);
    EXPECT_THROW((void)decode_tick_write(R"({"previous_tick":"yesterday"})"), BadInput);
    EXPECT_THROW((void)decode_tick_write(R"({"previous_tick":null,"id":7})"), BadInput);
}

}  // namespace
}  // namespace watchtower::collector
