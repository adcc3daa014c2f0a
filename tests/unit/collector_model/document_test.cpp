#include <gtest/gtest.h>

#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector::test {
namespace {

using proto::Section;

TEST(DocumentOfATick, ShowsEverySection) {
    Game game;
    game.nomad("player1", {{"move", 10}, {"attack", 2}}, 30);
    game.nomad("player2", {{"attack", 1}, {"move", 8}}, 12);
    game.balance("player2", "250", "40");
    game.balance("player1", "300.5", "50");
    game.dwelling("player1", 4);
    game.dwelling("player1", 1);
    game.dwelling("player2", 7);
    game.combat("1", true, 3);
    game.event("1", "tempete", 5);
    game.tick();
    EXPECT_EQ(encode(game.state().document),
              R"({"nomads":{"total_nomads":42,"by_action":{"move":18,"attack":3},"by_player":{)"
              R"("player1":{"move":10,"attack":2},"player2":{"move":8,"attack":1}}},)"
              R"("resources":{"total_gold":550.5,"total_spice":90,"by_player":{)"
              R"("player1":{"gold":300.5,"spice":50},"player2":{"gold":250,"spice":40}}},)"
              R"("dwellings":{"by_level":{"1":1,"2":0,"3":0,"4":1,"7":1},"total":3},)"
              R"("pvp":{"total_attacks":1,"successful_attacks":1,"destroyed_dwellings":3},)"
              R"("events":{"by_type":{"tempete":{"count":1,"affected_players":5}},"total":1},)"
              R"("timestamp":"2025-12-08T12:34:00.007Z"})");
    EXPECT_EQ(game.state().players, 2U);
    EXPECT_EQ(game.state().top_players.at(0),
              (proto::TopPlayer{"player1", 30, 12, *proto::parse_amount("300.5"), proto::Amount::units(50), 4}));
}

TEST(DocumentOfATick, KeepsTheLastGoodValuesOfAFailedSection) {
    Game game;
    game.nomad("p1", {{"move", 1}});
    game.dwelling("p1", 2);
    game.fail(Section::events, proto::SectionError::not_found);
    game.tick();
    game.dwelling("p2", 3);  // half of a read that failed
    game.fail(Section::dwellings);
    game.fail(Section::nomads, proto::SectionError::server_error);
    game.fail(Section::events, proto::SectionError::not_found);
    game.tick();
    const proto::Document& document = game.state().document;
    EXPECT_EQ(document.dwellings->total, 1U);
    EXPECT_EQ(document.nomads->by_player.size(), 1U);
    EXPECT_FALSE(document.events);
    EXPECT_EQ(document.stale[index(Section::nomads)]->error, proto::SectionError::server_error);
    EXPECT_EQ(document.stale[index(Section::nomads)]->since, TimePoint(std::chrono::milliseconds(1'765'197'240'007)));
    EXPECT_FALSE(document.stale[index(Section::pvp)]);
    EXPECT_EQ(game.state().sections[index(Section::dwellings)].failed_ticks, 1U);
    EXPECT_EQ(game.state().players, 1U);
}

TEST(DocumentOfATick, ListsTheMostActivePlayersAndSaysHowManyThereAre) {
    Game game;
    game.limits.by_player = 2;
    game.nomad("c", {{"move", 5}});
    game.nomad("b", {{"move", 5}});
    game.nomad("a", {{"move", 1}});
    game.balance("rich", "1000", "0");
    game.tick();
    const proto::Document& document = game.state().document;
    ASSERT_EQ(document.nomads->by_player.size(), 2U);
    EXPECT_EQ(document.nomads->by_player[0].first, "b");
    EXPECT_EQ(document.nomads->by_player[1].first, "c");
    EXPECT_EQ(document.resources->by_player[0].player_id, "b");
    EXPECT_EQ(document.players, 4U);
    EXPECT_EQ(to_text(document.resources->total_gold), "1000");
    game.limits.by_player = 4;
    game.nomad("c", {{"move", 5}});
    game.balance("rich", "1000", "0");
    game.tick();
    EXPECT_EQ(game.state().document.players, std::nullopt);
}

TEST(DocumentOfATick, ShowsAnEmptyWorldAsZeros) {
    Game game;
    game.tick();
    EXPECT_EQ(encode(game.state().document),
              R"({"nomads":{"total_nomads":0,"by_action":{},"by_player":{}},)"
              R"("resources":{"total_gold":0,"total_spice":0,"by_player":{}},)"
              R"("dwellings":{"by_level":{"1":0,"2":0,"3":0,"4":0},"total":0},)"
              R"("pvp":{"total_attacks":0,"successful_attacks":0,"destroyed_dwellings":0},)"
              R"("events":{"by_type":{},"total":0},"timestamp":"2025-12-08T12:34:00.007Z"})");
}

TEST(Step, LeavesTheWorldAsItWasWhenItIsDropped) {
    Game game;
    game.nomad("p1", {{"move", 1}});
    game.tick();
    game.nomad("p1", {{"move", 5}});
    game.nomad("p2", {{"fly", 5}});
    (void)compare(game.world, game.reading, {game.now, game.now, game.step_length, false, {}}, game.limits);
    EXPECT_EQ(game.counted("move"), 1U);
    const Step step = game.tick();
    EXPECT_EQ(game.counted("move"), 5U);
    EXPECT_EQ(game.counted("fly"), 5U);
    EXPECT_EQ(step.players.size(), 2U);
}

}  // namespace
}  // namespace watchtower::collector::test
