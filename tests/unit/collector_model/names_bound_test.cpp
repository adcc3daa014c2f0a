#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {
namespace {

std::optional<InvalidReason> act(Reading& reading, const std::string& action) {
    NomadRecord record;
    record.player_id = "p1";
    record.has_actions = true;
    record.actions = {{action, 1}};
    return reading.take(record);
}

TEST(NamesBound, RefusesActionsBeyondTenThousandOverTheWorldsLife) {
    Game game;
    for (std::size_t i = 0; i < AdmittedNames::kMost; ++i) {
        ASSERT_EQ(act(game.reading, "a" + std::to_string(i)), std::nullopt);
    }
    EXPECT_EQ(act(game.reading, "one more"), InvalidReason::out_of_range);
    game.tick();
    EXPECT_EQ(act(game.reading, "one more"), InvalidReason::out_of_range);
    EXPECT_EQ(act(game.reading, "a7"), std::nullopt);
    game.tick();
    EXPECT_EQ(game.totals().actions.size(), AdmittedNames::kMost);

    Reading another;
    another.names = names_of(game.world);
    EXPECT_EQ(act(another, "one more"), InvalidReason::out_of_range);
    EXPECT_EQ(act(another, "a7"), std::nullopt);
}

TEST(NamesBound, RefusesLastActionsAndTypesBeyondTenThousand) {
    Reading reading;
    for (std::size_t i = 0; i < AdmittedNames::kMost; ++i) {
        reading.names.actions.know("a" + std::to_string(i));
        reading.names.attack_types.know("a" + std::to_string(i));
        reading.names.event_types.know("a" + std::to_string(i));
    }
    NomadRecord nomad;
    nomad.player_id = "p1";
    nomad.last_action = "one more";
    EXPECT_EQ(reading.take(nomad), InvalidReason::out_of_range);
    nomad.last_action = "a0";
    EXPECT_EQ(reading.take(nomad), std::nullopt);
    CombatRecord combat;
    combat.type = "one more";
    EXPECT_EQ(reading.take(combat), InvalidReason::out_of_range);
    combat.type = "a1";
    EXPECT_EQ(reading.take(combat), std::nullopt);
    EventRecord event;
    event.type = "one more";
    EXPECT_EQ(reading.take(event), InvalidReason::out_of_range);
    event.type = "a1";
    EXPECT_EQ(reading.take(event), std::nullopt);
    EXPECT_EQ(reading.nomads.total_nomads, 1U);
}

}  // namespace
}  // namespace watchtower::collector::test
