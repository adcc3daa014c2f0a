#include "services/ccc-simulator/truth.hpp"

#include <gtest/gtest.h>

#include "tests/unit/ccc_simulator/worlds.hpp"

namespace watchtower::simulator {
namespace {

using nlohmann::json;
using proto::Section;
using test::records;
using test::world_after;

json truth_of(const World& world, const Shape& shape = {}, const Observer& observer = {}) {
    return json::parse(render_truth({"default", true, {}}, world, shape, observer));
}

/// The counts by action as a reader sums them up.
json summed_actions(const json& nomads) {
    std::map<std::string, std::uint64_t> sums;
    for (const json& nomad : nomads) {
        if (nomad.contains("actions")) {
            for (const auto& [name, count] : nomad.at("actions").items()) {
                sums[name] += count.get<std::uint64_t>();
            }
        } else if (nomad.contains("last_action") || nomad.contains("action_type")) {
            ++sums[nomad.contains("last_action") ? nomad.at("last_action") : nomad.at("action_type")];
        }
    }
    return sums;
}

TEST(Truth, SaysOfNomadsWhatTheBodySaysInEveryShape) {
    const World world = world_after(300);
    for (const char* word :
         {"nomads=actions", "nomads=grouped", "nomads=last_action", "nomads=last_action_at", "nomads=action_type"}) {
        const Shape shape = parse_shape({word});
        const json nomads = records(Section::nomads, world, shape);
        const json truth = truth_of(world, shape).at("nomads");
        EXPECT_EQ(truth.at("by_action"), summed_actions(nomads)) << word;
        std::uint64_t total = 0;
        for (const json& nomad : nomads) {
            total += nomad.value("count", 1U);
        }
        EXPECT_EQ(truth.at("total_nomads"), total) << word;
    }
}

TEST(Truth, SaysOfStocksAndDwellingsWhatTheBodiesSay) {
    const World world = world_after(1'000);
    const json truth = truth_of(world);
    std::int64_t gold = 0;
    std::int64_t spice = 0;
    for (const json& player : records(Section::resources, world)) {
        gold += player.at("gold").get<std::int64_t>();
        spice += player.at("spice").get<std::int64_t>();
    }
    EXPECT_EQ(truth.at("gold").at("stock"), gold);
    EXPECT_EQ(truth.at("spice").at("stock"), spice);
    EXPECT_EQ(truth.at("players"), records(Section::resources, world).size());
    std::map<std::string, int> levels = {{"1", 0}, {"2", 0}, {"3", 0}, {"4", 0}};
    for (const json& dwelling : records(Section::dwellings, world)) {
        ++levels[std::to_string(dwelling.at("level").get<int>())];
    }
    EXPECT_EQ(truth.at("dwellings").at("by_level"), json(levels));
}

TEST(Truth, CountsWhatTheListsShowedOverTime) {
    WorldOptions options = test::lively();
    options.list_length = 1'000'000;
    const World world = world_after(3'000, options);
    const json truth = truth_of(world);
    std::uint64_t successful = 0;
    std::uint64_t destroyed = 0;
    const json combats = records(Section::pvp, world);
    for (const json& combat : combats) {
        successful += combat.at("success").get<bool>() ? 1 : 0;
        destroyed += combat.at("destroyed_dwellings").get<std::uint64_t>();
    }
    EXPECT_EQ(truth.at("pvp").at("total_attacks"), combats.size());
    EXPECT_EQ(truth.at("pvp").at("successful_attacks"), successful);
    EXPECT_EQ(truth.at("pvp").at("destroyed_dwellings"), destroyed);
    json types = json::object();
    for (const json& event : records(Section::events, world)) {
        const json before = types.value(event.at("type").get<std::string>(), json::object());
        types[event.at("type").get<std::string>()] = {
            {"count", before.value("count", 0U) + 1},
            {"affected_players", before.value("affected_players", 0U) + event.at("affected_players").size()}};
    }
    EXPECT_EQ(truth.at("events").at("by_type"), types);
}

TEST(Truth, ShowsFractionsExactly) {
    WorldOptions options = test::lively();
    options.fractions = true;
    const World world = world_after(500, options);
    proto::Amount stock;
    for (const PlayerIndex index : world.people().present()) {
        stock += proto::Amount{world.people().players()[index].gold};
    }
    EXPECT_NE(render_truth({"default", false, {}}, world, {}, {}).find("\"stock\":" + to_text(stock)),
              std::string::npos);
}

TEST(Truth, DeclaresEveryCheater) {
    const json cheaters = truth_of(World(test::lively())).at("cheaters");
    ASSERT_EQ(cheaters.size(), 3U);
    EXPECT_EQ(cheaters[0].at("kind"), "moves");
    EXPECT_EQ(cheaters[1].at("kind"), "nomads");
    EXPECT_EQ(cheaters[2].at("kind"), "gold");
}

TEST(Truth, ShowsEachPlayerWhenAsked) {
    const World world = world_after(300);
    const json players = truth_of(world).at("by_player");
    EXPECT_EQ(players.size(), world.people().present().size());
    for (const json& row : records(Section::resources, world)) {
        EXPECT_EQ(players.at(row.at("player_id").get<std::string>()).at("gold"), row.at("gold"));
    }
    EXPECT_FALSE(json::parse(render_truth({"default", false, {}}, world, {}, {})).contains("by_player"));
}

}  // namespace
}  // namespace watchtower::simulator
