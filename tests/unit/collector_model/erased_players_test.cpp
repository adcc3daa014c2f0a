#include "services/collector/model/erased_players.hpp"

#include <gtest/gtest.h>

#include "services/collector/model/hide_players.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

using test::Game;

constexpr std::string_view kSalt = "grain";

ErasedPlayers erased(const std::vector<std::string>& ids) {
    std::vector<std::string> hashes;
    for (const std::string& id : ids) {
        hashes.push_back(erased_hash(kSalt, id));
    }
    return {std::string(kSalt), hashes, ids.size()};
}

/// Two reads of the same game; whoever is erased may be told after the first.
void play(Game& game, std::uint64_t tick) {
    game.nomad("ann", {{"move", 10 * tick}, {"build", 1}}, 2);
    game.nomad("bob", {{"move", 5 * tick}});
    game.balance("ann", tick == 1 ? "10" : "7.5", "1");
    game.balance("bob", "3", "4");
    game.balance("cid", "2", "0");
    game.dwelling("ann", 3);
    game.combat(std::nullopt, true, 1, "ann");
    game.combat(std::nullopt, true, 1, "ann");
    game.combat(std::nullopt, false, 0, "bob");
}

TEST(ErasedPlayers, AreKnownByTheirHashOnly) {
    const ErasedPlayers players = erased({"ann"});
    const auto pseudonym = players.pseudonym_of("ann");
    ASSERT_TRUE(pseudonym);
    EXPECT_EQ(pseudonym->find("ann"), std::string::npos);
    EXPECT_TRUE(players.is_pseudonym(*pseudonym));
    EXPECT_FALSE(players.pseudonym_of("bob"));
    EXPECT_FALSE(players.is_pseudonym("ann"));
    EXPECT_FALSE(players.is_pseudonym("erased:" + std::string(64, '0')));
    EXPECT_FALSE(ErasedPlayers().pseudonym_of("ann"));
}

TEST(ErasedPlayers, AreCountedAndShownNowhere) {
    Game plain;
    Game hiding;
    hiding.world.erased = erased({"ann"});
    for (std::uint64_t tick = 1; tick <= 3; ++tick) {
        play(plain, tick);
        play(hiding, tick);
        plain.tick();
        hiding.tick();
        proto::State expected = plain.state();
        EXPECT_TRUE(remove_players(expected, [](std::string_view id) { return id == "ann"; }));
        EXPECT_EQ(encode(hiding.state()), encode(expected));
        EXPECT_EQ(encode(hiding.state()).find("ann"), std::string::npos);
        EXPECT_EQ(hiding.state().document.players, 3U);
    }
    EXPECT_EQ(hiding.counted("move"), 45U);
    EXPECT_EQ(hiding.totals().attacks, 3U);
}

TEST(ErasedPlayers, AreHiddenInAMemoryThatKnewThem) {
    Game plain;
    Game told;
    play(plain, 1);
    play(told, 1);
    plain.tick();
    told.tick();
    hide_players(told.world, erased({"ann", "never seen"}));
    EXPECT_EQ(encode(*told.world.state).find("ann"), std::string::npos);
    EXPECT_EQ(told.world.players.find("ann"), NameTable::kNone);
    EXPECT_EQ(told.world.players.size(), plain.world.players.size());
    for (const auto& [key, known] : told.world.combats) {
        EXPECT_EQ(key.find("ann"), std::string::npos) << key;
    }
    for (std::uint64_t tick = 2; tick <= 3; ++tick) {
        play(plain, tick);
        play(told, tick);
        const Step expected = plain.tick();
        const Step step = told.tick();
        EXPECT_EQ(step.state.totals, expected.state.totals);
        EXPECT_EQ(step.players.size(), expected.players.size());
        EXPECT_TRUE(step.combats.empty());
        EXPECT_EQ(encode(step.state).find("ann"), std::string::npos);
    }
}

TEST(ErasedPlayers, AreHiddenWhereverACombatNamesThem) {
    const ErasedPlayers players = erased({"ann", "b:1"});
    const auto pseudonym_of = [&players](std::string_view id) { return players.pseudonym_of(id); };
    const std::string ann = "71:" + *players.pseudonym_of("ann");
    const std::string bob = "71:" + *players.pseudonym_of("b:1");
    EXPECT_EQ(hide_in_combat("=6:attack1:13:ann3:b:11:0", pseudonym_of), "=6:attack1:1" + ann + bob + "1:0");
    EXPECT_EQ(hide_in_combat("=3:ann1:13:bob0:1:0", pseudonym_of), std::nullopt);
    EXPECT_EQ(hide_in_combat("#ann", pseudonym_of), std::nullopt);
    EXPECT_EQ(hide_in_combat("=6:attack1:199:ann", pseudonym_of), std::nullopt);
    EXPECT_EQ(hide_in_combat("=", pseudonym_of), std::nullopt);
}

TEST(ErasedPlayers, LeaveADocumentThatTellsHowManyThereAre) {
    Game game;
    play(game, 1);
    game.limits.by_player = 2;
    game.tick();
    proto::Document document = game.state().document;
    ASSERT_EQ(document.players, 3U);
    const auto is_ann = [](std::string_view id) { return id == "ann"; };
    EXPECT_TRUE(remove_players(document, is_ann));
    EXPECT_EQ(document.players, 3U);
    EXPECT_EQ(document.nomads->total_nomads, 3U);
    EXPECT_EQ(document.nomads->by_player.size(), 1U);
    EXPECT_EQ(document.resources->by_player.size(), 1U);
    EXPECT_FALSE(remove_players(document, is_ann));
}

}  // namespace
}  // namespace watchtower::collector
