#include "services/ccc-simulator/cheats.hpp"

#include <gtest/gtest.h>

#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator {
namespace {

constexpr std::uint32_t kHour = 3'600;

std::uint64_t in_an_hour(Cheat cheat, float strength) {
    std::uint64_t times = 0;
    for (std::uint32_t step = 1; step <= kHour; ++step) {
        times += cheats_in(cheat, strength, step);
    }
    return times;
}

TEST(Cheats, AreGradedFromTheLeastToTheMost) {
    EXPECT_EQ(in_an_hour(Cheat::moves, 0), kHour);
    EXPECT_EQ(in_an_hour(Cheat::moves, 1), 20 * kHour);
    EXPECT_NEAR(static_cast<double>(in_an_hour(Cheat::nomads, 0)), 12, 1);
    EXPECT_NEAR(static_cast<double>(in_an_hour(Cheat::nomads, 1)), 720, 1);
    EXPECT_NEAR(static_cast<double>(in_an_hour(Cheat::levels, 0)), 3, 1);
    EXPECT_NEAR(static_cast<double>(in_an_hour(Cheat::levels, 1)), 480, 1);
    EXPECT_EQ(in_an_hour(Cheat::none, 1), 0U);
    Millionths least = 0;
    Millionths most = 0;
    for (std::uint32_t step = 1; step <= kHour; ++step) {
        least += gold_in(0, step);
        most += gold_in(1, step);
    }
    EXPECT_NEAR(static_cast<double>(least / kUnit), 1'200, 1);
    EXPECT_NEAR(static_cast<double>(most / kUnit), 180'000, 1);
}

TEST(Cheats, AreOfAnyStrengthAndTheSameForASeed) {
    int weak = 0;
    for (PlayerIndex player = 0; player < 1'000; ++player) {
        const float strength = cheat_strength(5, player);
        EXPECT_GE(strength, 0);
        EXPECT_LT(strength, 1);
        EXPECT_EQ(strength, cheat_strength(5, player));
        weak += strength < 0.25F ? 1 : 0;
    }
    EXPECT_NEAR(weak, 250, 50);
    EXPECT_NE(cheat_strength(5, 0), cheat_strength(6, 0));
}

TEST(Cheats, ShowInWhatPlayersHave) {
    WorldOptions options;
    options.players = 20;
    options.churn = 0;
    options.cheaters = 0;
    World world(options);
    for (const Cheat cheat : {Cheat::moves, Cheat::nomads, Cheat::gold, Cheat::levels}) {
        world.make_cheat(1, cheat, 100);
    }
    ASSERT_EQ(world.people().cheaters().size(), 4U);
    const std::vector<PlayerIndex> cheaters = world.people().cheaters();
    for (std::uint32_t i = 0; i < 600; ++i) {
        world.step();
    }
    const auto& players = world.people().players();
    EXPECT_GT(players[cheaters[1]].nomads, 100);
    EXPECT_GT(players[cheaters[2]].gold, 20'000 * kUnit);
    EXPECT_GT(players[cheaters[3]].tower, 50);
    EXPECT_EQ(players[cheaters[0]].tower, 0);
    world.make_cheat(1, Cheat::none, 1);
    EXPECT_TRUE(world.people().cheaters().empty());
    const auto tower = players[cheaters[3]].tower;
    world.step();
    EXPECT_EQ(world.people().players()[cheaters[3]].tower, tower);
}

}  // namespace
}  // namespace watchtower::simulator
