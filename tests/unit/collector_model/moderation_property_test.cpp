#include <random>

#include <gtest/gtest.h>

#include "services/collector/model/outliers.hpp"
#include "tests/unit/collector_model/town.hpp"

namespace watchtower::collector {
namespace {

using test::Town;

/// Some of the players do too much now and then, from a seed.
class Mischief {
public:
    explicit Mischief(std::uint64_t seed) : random_(seed) {}

    void happen(Town& town) {
        for (int i = 0; i < 4; ++i) {
            auto& player = town.players["p" + std::to_string(i)];
            switch (random_() % 6) {
                case 0:
                    player.actions += random_() % 900;
                    break;
                case 1:
                    player.gold += static_cast<std::int64_t>(random_() % 30'000);
                    break;
                case 2:
                    player.nomads += random_() % 60;
                    break;
                case 3:
                    player.level += static_cast<std::uint32_t>(random_() % 25);
                    break;
                default:
                    break;
            }
        }
        if (random_() % 20 == 0) {
            town.game.fail(proto::kSections[random_() % proto::kSectionCount]);
        }
    }

private:
    std::mt19937_64 random_;
};

/// Everything that is remembered, by names.
std::map<std::pair<std::string, std::string>, Watched> by_name(const Town& town) {
    std::map<std::pair<std::string, std::string>, Watched> named;
    for (const auto& [key, watched] : town.game.world.moderation.watch) {
        named[{std::string(to_text(key.first)), std::string(town.game.world.players.name(key.second))}] = watched;
    }
    return named;
}

TEST(ModerationProperty, DoesNotDependOnTheOrderOfPlayers) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Town forwards;
        Town backwards;
        backwards.backwards = true;
        Mischief same(seed);
        Mischief again(seed);
        for (int i = 0; i < 60; ++i) {
            same.happen(forwards);
            again.happen(backwards);
            forwards.minute();
            backwards.minute();
            ASSERT_EQ(by_name(forwards), by_name(backwards)) << "seed " << seed << ", minute " << i;
        }
        EXPECT_NE(forwards.accused(), "") << seed;
    }
}

/// Whom a world accuses that is never restarted is accused in the end by one that is; and nobody else ever.
TEST(ModerationProperty, IsOnlyDelayedByRestarts) {
    std::mt19937_64 random(7);
    Town steady;
    Town restarted;
    for (int i = 0; i < 200; ++i) {
        for (Town* town : {&steady, &restarted}) {
            town->players["p3"].gold += 900;
            town->players["p4"].nomads += 3;
            town->players["p5"].level += 3;
        }
        if (random() % 12 == 0) {
            restarted.game.world.moderation.window = {};
        }
        steady.minute();
        restarted.minute();
        if (!restarted.accused().empty()) {
            EXPECT_NE(steady.accused(), "");
        }
    }
    EXPECT_EQ(steady.accused(), "p3 gold, p4 nomads_created, p5 levels");
    EXPECT_EQ(restarted.accused(), steady.accused());
}

TEST(Outliers, FindTheMiddleAndTheSpread) {
    Outliers outliers;
    for (int i = 0; i <= 100; ++i) {
        outliers.add(1, i);
    }
    outliers.add(2, 400);
    outliers.close();
    ASSERT_TRUE(outliers.of(1));
    EXPECT_NEAR(outliers.of(1)->median, 50, 0.1);
    EXPECT_NEAR(outliers.of(1)->mad, 25, 0.7);
    EXPECT_EQ(outliers.of(1)->players, 101U);
    EXPECT_EQ(outliers.of(2)->players, 102U) << "too few in the group: all are compared";
    EXPECT_EQ(outliers.of(3)->players, 102U);
    EXPECT_NEAR(outliers.of(1)->limit(2, 0), 50 + 2 * 1.4826 * 25, 2.5);
    EXPECT_NEAR(outliers.of(1)->limit(2, 100), 250, 0.5);
}

TEST(Outliers, AreNotMovedByAFew) {
    Outliers outliers;
    for (int i = 0; i < 95; ++i) {
        outliers.add(1, 3);
    }
    for (int i = 0; i < 5; ++i) {
        outliers.add(1, 1e9);
    }
    outliers.close();
    EXPECT_EQ(outliers.of(1)->median, 3);
    EXPECT_EQ(outliers.of(1)->mad, 0);
}

TEST(Outliers, OfTooFewAreNone) {
    Outliers outliers;
    for (int i = 0; i < 29; ++i) {
        outliers.add(1, i);
    }
    outliers.close();
    EXPECT_FALSE(outliers.of(1));
    EXPECT_FALSE(Outliers().of(1));
}

}  // namespace
}  // namespace watchtower::collector
