#include "services/ccc-simulator/render.hpp"

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "services/ccc-simulator/text.hpp"
#include "tests/unit/ccc_simulator/worlds.hpp"

namespace watchtower::simulator {
namespace {

using nlohmann::json;
using proto::Section;
using test::body;
using test::records;
using test::world_after;

/// Forty steps: some nomads have acted, some have not.
const World& young_world() {
    static const World world = world_after(40);
    return world;
}

Shape shape(const std::string& word) {
    return parse_shape({word});
}

std::string amount(Millionths millionths) {
    std::string text;
    append_amount(text, millionths);
    return text;
}

TEST(Text, WritesAmountsWithTheFewestDigits) {
    EXPECT_EQ(amount(0), "0");
    EXPECT_EQ(amount(12 * kUnit), "12");
    EXPECT_EQ(amount(1), "0.000001");
    EXPECT_EQ(amount(1'500'000), "1.5");
    EXPECT_EQ(amount(7'000'010), "7.00001");
    EXPECT_EQ(amount(123'456'789), "123.456789");
    EXPECT_EQ(amount(INT64_MAX), "9223372036854.775807");
}

TEST(Text, WritesMomentsOverMidnight) {
    TimeWriter times;
    std::string text;
    times.append(text, World::kStart);
    times.append(text, World::kStart + 86'399);
    times.append(text, World::kStart + 86'400);
    EXPECT_EQ(text, R"("2025-12-08T00:00:00Z""2025-12-08T23:59:59Z""2025-12-09T00:00:00Z")");
}

TEST(Shape, RefusesAWordThatItDoesNotKnow) {
    EXPECT_THROW((void)parse_shape({"nomads=swarms"}), BadInput);
}

TEST(Render, ShowsNomadsWithCumulativeActions) {
    const json nomads = records(Section::nomads, young_world());
    ASSERT_GT(nomads.size(), 60U);
    for (const json& nomad : nomads) {
        EXPECT_TRUE(nomad.at("player_id").get<std::string>().starts_with("player"));
        EXPECT_TRUE(nomad.at("id").is_number_unsigned());
        EXPECT_TRUE(nomad.at("actions").is_object());
        EXPECT_EQ(nomad.contains("last_action"), !nomad.at("actions").empty());
    }
}

TEST(Render, ShowsNomadsGroupedByPlayer) {
    const json nomads = records(Section::nomads, young_world(), shape("nomads=grouped"));
    EXPECT_EQ(nomads.size(), young_world().people().present().size());
    std::size_t count = 0;
    for (const json& nomad : nomads) {
        count += nomad.at("count").get<std::size_t>();
    }
    EXPECT_EQ(count, records(Section::nomads, young_world()).size());
}

TEST(Render, ShowsOnlyTheLastActionWhenAsked) {
    bool seen = false;
    for (const json& nomad : records(Section::nomads, young_world(), shape("nomads=last_action"))) {
        EXPECT_FALSE(nomad.contains("actions") || nomad.contains("last_action_at"));
        seen = seen || nomad.contains("last_action");
    }
    EXPECT_TRUE(seen);
}

TEST(Render, ShowsWhenTheLastActionWas) {
    bool seen = false;
    for (const json& nomad : records(Section::nomads, young_world(), shape("nomads=last_action_at"))) {
        EXPECT_EQ(nomad.contains("last_action"), nomad.contains("last_action_at"));
        seen = seen || nomad.value("last_action_at", "").starts_with("2025-12-08T00:00:");
    }
    EXPECT_TRUE(seen);
}

TEST(Render, ShowsTheLastActionUnderItsOtherName) {
    bool seen = false;
    for (const json& nomad : records(Section::nomads, young_world(), shape("nomads=action_type"))) {
        EXPECT_FALSE(nomad.contains("last_action"));
        seen = seen || nomad.contains("action_type");
    }
    EXPECT_TRUE(seen);
}

TEST(Render, ShowsResourcesAsPlayersAndAsRows) {
    const json players = records(Section::resources, young_world());
    const json rows = records(Section::resources, young_world(), shape("resources=resources"));
    ASSERT_EQ(rows.size(), 2 * players.size());
    for (std::size_t i = 0; i < players.size(); ++i) {
        const json expected = {
            {{"player_id", players[i].at("player_id")}, {"type", "gold"}, {"amount", players[i].at("gold")}},
            {{"player_id", players[i].at("player_id")}, {"type", "spice"}, {"amount", players[i].at("spice")}}};
        EXPECT_EQ(json::array({rows[2 * i], rows[2 * i + 1]}), expected);
    }
}

TEST(Render, ShowsDwellingsOneByOne) {
    for (const json& dwelling : records(Section::dwellings, young_world())) {
        EXPECT_TRUE(dwelling.at("player_id").is_string());
        EXPECT_TRUE(dwelling.at("level") >= 1 && dwelling.at("level") <= 4);
    }
}

TEST(Render, ShowsCombatsUnderBothNames) {
    const World world = world_after(500);
    const json combats = records(Section::pvp, world);
    ASSERT_GT(combats.size(), 10U);
    EXPECT_EQ(combats, records(Section::pvp, world, shape("pvp=pvp_actions")));
    for (const json& combat : combats) {
        EXPECT_TRUE(combat.at("id").is_string());
        EXPECT_TRUE(combat.at("type") == "attack" || combat.at("type") == "raid");
        EXPECT_TRUE(combat.at("success").is_boolean());
        EXPECT_NE(combat.at("attacker_id"), combat.at("defender_id"));
        EXPECT_TRUE(combat.at("destroyed_dwellings").is_number_unsigned());
    }
}

TEST(Render, ShowsWhomEventsAffect) {
    const World world = world_after(2'000);
    const json ids = records(Section::events, world);
    const json counts = records(Section::events, world, shape("affected=count"));
    ASSERT_GT(ids.size(), 10U);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ(ids[i].at("affected_players").size(), counts[i].at("affected_players"));
        EXPECT_EQ(ids[i].at("type"), counts[i].at("type"));
    }
    EXPECT_FALSE(records(Section::events, world, shape("affected=absent"))[0].contains("affected_players"));
}

TEST(Render, LeavesIdsOutWhenAsked) {
    const World world = world_after(2'000);
    for (const Section section : {Section::nomads, Section::pvp, Section::events}) {
        EXPECT_FALSE(records(section, world, shape("ids=absent")).at(0).contains("id"));
        EXPECT_TRUE(records(section, world).at(0).contains("id"));
    }
}

TEST(Render, ShowsPlayersAsIntegersWhenAsked) {
    const World world = world_after(2'000);
    const Shape integers = shape("players=integer");
    for (const Section section : {Section::nomads, Section::resources, Section::dwellings}) {
        EXPECT_TRUE(records(section, world, integers).at(0).at("player_id").is_number_unsigned());
    }
    EXPECT_TRUE(records(Section::pvp, world, integers)[0].at("defender_id").is_number_unsigned());
}

TEST(Render, ShowsNobodyWhoHasLeft) {
    const World world = world_after(1'000);
    ASSERT_FALSE(world.people().away().empty());
    const std::string gone = player_id(world.people().away().front(), {});
    for (const Section section : {Section::nomads, Section::resources, Section::dwellings}) {
        for (const json& record : records(section, world)) {
            EXPECT_NE(record.at("player_id"), gone);
        }
    }
}

TEST(Render, SplitsTheWholeListIntoLinkedPages) {
    const World world = world_after(1'000);
    for (const Section section : proto::kSections) {
        const json whole = body(section, world);
        const auto pages = render(section, world, {}, {7, "/next?page="});
        json joined = json::array();
        for (std::size_t i = 0; i < pages.size(); ++i) {
            const json page = json::parse(pages[i]);
            const json& records = page.at(whole.begin().key());
            EXPECT_LE(records.size(), 7U);
            joined.insert(joined.end(), records.begin(), records.end());
            if (i + 1 < pages.size()) {
                EXPECT_EQ(page.at("next"), "/next?page=" + std::to_string(i + 2));
            } else {
                EXPECT_FALSE(page.contains("next"));
            }
        }
        EXPECT_EQ(joined, whole.begin().value()) << to_text(section);
    }
}

TEST(Render, ShowsAnEmptyListAsOnePage) {
    const World world(test::lively());
    EXPECT_EQ(render(Section::pvp, world, {}, {7, "/"}), (std::vector<std::string>{R"({"combats":[]})"}));
}

}  // namespace
}  // namespace watchtower::simulator
