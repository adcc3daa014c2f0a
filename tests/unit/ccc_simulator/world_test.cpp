#include "services/ccc-simulator/world.hpp"

#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/ccc_simulator/worlds.hpp"

namespace watchtower::simulator {
namespace {

using test::bodies;
using test::lively;
using test::world_after;

std::uint64_t sum(const ActionCounts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

/// Counters of everybody who ever was in the game in this epoch.
ActionCounts done_by_nomads(const World& world) {
    ActionCounts done{};
    for (const Nomad& nomad : world.people().nomads()) {
        for (std::size_t i = 0; i < kActionCount; ++i) {
            done[i] += nomad.done[i];
        }
    }
    return done;
}

TEST(World, HasTheSameHistoryForTheSameSeed) {
    EXPECT_EQ(bodies(world_after(400)), bodies(world_after(400)));
}

TEST(World, HasAnotherHistoryForAnotherSeed) {
    WorldOptions other = lively();
    other.seed = 2;
    EXPECT_NE(bodies(world_after(400)), bodies(world_after(400, other)));
}

TEST(World, IsNotChangedByBeingLookedAt) {
    World world(lively());
    for (int i = 0; i < 400; ++i) {
        (void)bodies(world);
        world.step();
    }
    EXPECT_EQ(bodies(world), bodies(world_after(400)));
}

TEST(World, StartsWithItsPlayersAndNothingDone) {
    const World world(lively());
    EXPECT_EQ(world.people().present().size(), 60U);
    EXPECT_EQ(sum(world.actions()), 0U);
    EXPECT_TRUE(world.combats().list().empty());
    EXPECT_TRUE(world.events().list().empty());
}

TEST(World, SeesEverythingHappen) {
    const World world = world_after(20'000);
    for (std::size_t i = 0; i < kActionCount; ++i) {
        EXPECT_GT(world.actions()[i], 0U) << kActionNames[i];
    }
    for (const EventTotals& type : world.events().by_type()) {
        EXPECT_GT(type.count, 0U);
        EXPECT_GT(type.affected, 0U);
    }
    for (const CombatTotals& type : world.combats().by_type()) {
        EXPECT_GT(type.successful, 0U);
        EXPECT_GT(type.total, type.successful);
        EXPECT_GT(type.destroyed_dwellings, 0U);
    }
    EXPECT_GT(world.traffic().returned, 0U);
    EXPECT_GT(world.traffic().left, 0U);
    EXPECT_EQ(world.traffic().joined + world.traffic().returned - world.traffic().left,
              world.people().present().size());
    std::array<bool, kDwellingLevels> seen{};
    for (const Player& player : world.people().players()) {
        for (std::size_t level = 0; level < kDwellingLevels; ++level) {
            seen[level] = seen[level] || player.dwellings[level] > 0;
        }
    }
    EXPECT_EQ(seen, (std::array<bool, kDwellingLevels>{true, true, true, true}));
}

TEST(World, KeepsEveryActionInSomeNomad) {
    const World world = world_after(2'000);
    EXPECT_EQ(done_by_nomads(world), world.actions());
}

TEST(World, KeepsItsBooks) {
    for (const bool fractions : {false, true}) {
        WorldOptions options = lively();
        options.fractions = fractions;
        World world = world_after(3'000, options);
        world.reset();
        world.step();
        proto::Amount gold;
        proto::Amount spice;
        bool fraction_seen = false;
        for (const PlayerIndex index : world.people().present()) {
            const Player& player = world.people().players()[index];
            ASSERT_GE(player.gold, 0);
            ASSERT_GE(player.spice, 0);
            gold += proto::Amount{player.gold};
            spice += proto::Amount{player.spice};
            fraction_seen = fraction_seen || player.gold % kUnit != 0;
        }
        const Flow& flow = world.treasury().gold();
        EXPECT_EQ(gold, flow.joined + flow.income - flow.spent - flow.left);
        const Flow& spices = world.treasury().spice();
        EXPECT_EQ(spice, spices.joined + spices.income - spices.spent - spices.left);
        EXPECT_EQ(fraction_seen, fractions);
    }
}

TEST(World, NeverLowersAPlayersCountersUnlessNomadsDieWithThem) {
    for (const NomadDeaths deaths : {NomadDeaths::none, NomadDeaths::inherit, NomadDeaths::lose}) {
        WorldOptions options = lively();
        options.deaths = deaths;
        const World world = world_after(20'000, options);
        const auto& nomads = world.people().nomads();
        const bool any_died = std::any_of(nomads.begin(), nomads.end(), [](const Nomad& n) { return !n.alive; }) ||
                              nomads.size() < nomads.back().id;
        EXPECT_EQ(any_died, deaths != NomadDeaths::none);
        EXPECT_EQ(done_by_nomads(world) == world.actions(), deaths != NomadDeaths::lose);
    }
}

TEST(World, LetsReturningPlayersKeepWhatTheyHad) {
    WorldOptions options = lively();
    World world(options);
    std::map<PlayerIndex, Player> gone;
    int returned = 0;
    for (int i = 0; i < 3'000; ++i) {
        world.step();
        for (const PlayerIndex index : world.people().away()) {
            gone.emplace(index, world.people().players()[index]);
        }
        for (auto player = gone.begin(); player != gone.end();) {
            const Player& now = world.people().players()[player->first];
            if (!now.present()) {
                ++player;
                continue;
            }
            EXPECT_GE(now.nomads, player->second.nomads);
            ++returned;
            player = gone.erase(player);
        }
    }
    EXPECT_GT(returned, 0);
}

TEST(World, StartsFromScratchAfterAResetButForgetsNoTotals) {
    World world = world_after(2'000);
    const auto actions = sum(world.actions());
    const auto attacks = world.combats().by_type()[0].total;
    world.reset();
    EXPECT_EQ(world.epoch(), 2U);
    EXPECT_EQ(world.step_number(), 0U);
    EXPECT_EQ(world.people().present().size(), 60U);
    EXPECT_EQ(sum(done_by_nomads(world)), 0U);
    EXPECT_EQ(sum(world.actions()), actions);
    EXPECT_EQ(world.combats().by_type()[0].total, attacks);
    EXPECT_TRUE(world.combats().list().empty());
    while (world.combats().list().empty()) {
        world.step();
    }
    EXPECT_EQ(world.combats().list().front().id, 1U);
}

TEST(World, GivesNoIdTwiceAndShowsTheNewest) {
    WorldOptions options = lively();
    options.list_length = 20;
    World world(options);
    std::set<std::uint64_t> ids;
    for (int i = 0; i < 2'000; ++i) {
        world.step();
        ASSERT_LE(world.combats().list().size(), 20U);
        for (const Combat& combat : world.combats().list()) {
            ids.insert(combat.id);
        }
    }
    EXPECT_EQ(ids.size(), world.combats().by_type()[0].total + world.combats().by_type()[1].total);
    EXPECT_EQ(*ids.rbegin(), world.combats().list().back().id);
}

TEST(World, HasFewBusyPlayersAndManyQuietOnes) {
    WorldOptions options;
    options.players = 2'000;
    options.cheaters = 0;
    const World world = world_after(3'600, options);
    std::vector<std::uint64_t> done;
    for (const Nomad& nomad : world.people().nomads()) {
        done.resize(std::max<std::size_t>(done.size(), nomad.owner + 1));
        done[nomad.owner] += std::accumulate(nomad.done.begin(), nomad.done.end(), std::uint64_t{0});
    }
    std::sort(done.rbegin(), done.rend());
    const auto tenth = done.begin() + static_cast<std::ptrdiff_t>(done.size() / 10);
    EXPECT_GT(std::accumulate(done.begin(), tenth, std::uint64_t{0}) * 3, sum(world.actions()));
}

TEST(World, LetsNobodyComeOrLeaveWithoutChurn) {
    WorldOptions options = lively();
    options.churn = 0;
    const World world = world_after(2'000, options);
    EXPECT_EQ(world.traffic().left, 0U);
    EXPECT_EQ(world.traffic().joined, 60U);
}

}  // namespace
}  // namespace watchtower::simulator
