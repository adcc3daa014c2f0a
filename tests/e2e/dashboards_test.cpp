#include "tests/e2e/dashboards.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/eventually.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;

TEST_F(Dashboards, ShowTheTruth) {
    ASSERT_TRUE(truth_is_stored());
    const Truth before = truth(kWorlds);
    const Truth north_before = truth({"north"});
    ASSERT_TRUE(shows(kWorlds, numbers_now(before)));
    simulator_.step(1800);
    ASSERT_EQ(simulator_.post("/admin/step?seconds=600&world=north-2").status, 200);
    ASSERT_TRUE(truth_is_stored());
    const Truth now = truth(kWorlds);
    const Truth north = truth({"north"});
    EXPECT_TRUE(shows(kWorlds, numbers_now(now)));
    EXPECT_TRUE(shows(kWorlds, numbers_since(before, now)));
    EXPECT_TRUE(shows({"north"}, numbers_now(north)));
    EXPECT_TRUE(shows({"north"}, numbers_since(north_before, north)));
    expect_the_books_of("north");
    expect_the_players_of("north");
    EXPECT_TRUE(shows_the_top_players_of("north"));
    expect_the_events_of("north");
}

TEST_F(Dashboards, HaveNoQueryWithoutAnAnswer) {
    ASSERT_TRUE(truth_is_stored());
    give_every_table_a_row();
    std::string last_seen;
    EXPECT_TRUE(eventually(
        kPatience,
        [&] {
            simulator_.step(60);
            (void)gateway_.get("/api/v1/metrics/current");
            last_seen = silent({{"world", "north"}, {"job", kJobs}, {"player", kAwkwardPlayer}});
            return last_seen.empty();
        },
        [&] { return last_seen; }));
    EXPECT_EQ(silent({{"world", kWorlds}, {"job", kJobs}, {"player", kAwkwardPlayer}}, "promql"), "");
}

/// What the dashboards of the prototype that Watchtower follows asked.
TEST_F(Dashboards, OfTheOriginalStillGetTheirNumbers) {
    ASSERT_TRUE(truth_is_stored());
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    const json north = json::parse(simulator_.truth("north"));
    const auto shown = [&](const std::string& selector) {
        const auto samples = prometheus_.query("max without (instance, pod) (" + selector + ")");
        return samples.size() == 1 ? samples.front().value : std::nan("");
    };
    EXPECT_TRUE(eventually(kPatience, [&] {
        return shown(R"(ccc_nomads{world="north"})") == north["nomads"]["total_nomads"].get<double>() &&
               shown(R"(ccc_resources{world="north",resource_type="gold"})") == north["gold"]["stock"].get<double>() &&
               shown(R"(ccc_dwellings{world="north",level="1"})") ==
                   north["dwellings"]["by_level"]["1"].get<double>() &&
               shown(R"(ccc_pvp_attacks_total{world="north",result="success"})") ==
                   north["observed"]["pvp"]["successful_attacks"].get<double>();
    }));
    EXPECT_TRUE(eventually(kPatience, [&] {
        return !prometheus_.query("sum(rate(ccc_nomad_actions_total[5m])) by (action_type)").empty() &&
               !prometheus_.query("sum(rate(ccc_pvp_actions_total[5m])) by (action_type)").empty();
    }));
}

TEST_F(Dashboards, ShowTheTruthWhileOneExporterIsAway) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(shows(kWorlds, numbers_now(truth(kWorlds))));
    other_exporter_.kill();
    simulator_.step(300);
    ASSERT_TRUE(truth_is_stored());
    EXPECT_TRUE(shows(kWorlds, numbers_now(truth(kWorlds))));
}

TEST_F(Dashboards, HaveRulesThatTellWhatTheyShould) {
    ASSERT_TRUE(truth_is_stored());
    ASSERT_TRUE(eventually(kPatience, [&] { return judged("NoGameMetrics")[""] == 2; }));
    EXPECT_EQ(judged("SuspectsWait")["north-2"], 0);
    postgres_.run(
        "insert into suspects values ('north-2', 'gold', 'a', 'open', true, 2, '{}', now() - interval '2 days',"
        " now(), null, null), ('north-2', 'gold', 'b', 'open', true, 2, '{}', now(), now(), null, null)");
    EXPECT_EQ(judged("SuspectsWait")["north-2"], 1);
    EXPECT_EQ(judged("SuspectsWait")["north"], 0);
    postgres_.run("update suspects set state = 'dismissed'");
    EXPECT_EQ(judged("SuspectsWait")["north-2"], 0);
    EXPECT_EQ(collector_.stop(), 0);
    EXPECT_TRUE(eventually(kPatience, [&] { return judged("NothingStored")["north-2"] > 3; }));
    exporter_.kill();
    other_exporter_.kill();
    EXPECT_TRUE(eventually(kPatience, [&] { return judged("NoGameMetrics").empty(); })) << "which is an alert, too";
}

TEST_F(Dashboards, SayWhenNobodyCollects) {
    ASSERT_TRUE(truth_is_stored());
    const auto stale_sections = [&] {
        const auto queries = panel_queries({{"world", kWorlds}}, last(kRange), "gameplay.json");
        std::size_t stale = 0;
        for (const auto& sample : prometheus_.query(find(queries, "gameplay.json", "Stale sections").text)) {
            stale += sample.value == 1 ? 1 : 0;
        }
        return stale;
    };
    ASSERT_TRUE(eventually(kPatience, [&] { return stale_sections() == 0; }));
    EXPECT_EQ(collector_.stop(), 0);
    EXPECT_TRUE(eventually(kPatience, [&] { return stale_sections() == 10; })) << "five of each world";
    const auto queries = panel_queries({{"world", "north"}, {"job", kJobs}}, last(kRange), "pipeline.json");
    EXPECT_TRUE(eventually(kPatience, [&] {
        return prometheus_.query(find(queries, "pipeline.json", "Not running").text).at(0).value == 1;
    }));
}

}  // namespace
}  // namespace watchtower::test
