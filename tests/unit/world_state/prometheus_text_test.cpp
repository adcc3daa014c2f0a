#include "common/world_state/prometheus_text.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/promtool.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::world_state {
namespace {

using proto::Section;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

const TimePoint kTick = parse_rfc3339("2025-12-08T12:34:00Z");

Worlds worlds_of(std::vector<proto::State> states) {
    Worlds worlds;
    for (auto& state : states) {
        const auto position = static_cast<std::int64_t>(worlds.all.size());
        const std::string name = state.world;
        worlds.all.push_back({name, position, std::make_shared<const proto::State>(std::move(state))});
    }
    return worlds;
}

std::string text_of(proto::State state, TimePoint now = kTick + minutes(1), std::size_t top_players = 20) {
    return prometheus_text(worlds_of({std::move(state)}), now, top_players);
}

/// All samples, without HELP and TYPE.
std::string samples_of(const std::string& text) {
    std::string samples;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = text.find('\n', begin) + 1;
        if (text[begin] != '#') {
            samples.append(text, begin, end - begin);
        }
        begin = end;
    }
    return samples;
}

TEST(PrometheusText, ShowsEveryFamilyOfAState) {
    EXPECT_EQ(samples_of(text_of(test::sample_state("default", kTick))),
              R"(ccc_nomads{world="default"} 42
ccc_players{world="default"} 3
ccc_nomad_actions_total{world="default",action_type="move"} 140
ccc_nomad_actions_total{world="default",action_type="attack"} 19
ccc_active_nomads{world="default",player_id="player1"} 30
ccc_active_nomads{world="default",player_id="player2"} 10
ccc_active_nomads{world="default",player_id="_other"} 2
ccc_player_actions{world="default",player_id="player1"} 12
ccc_player_actions{world="default",player_id="player2"} 9
ccc_player_actions{world="default",player_id="_other"} 114
ccc_resources{world="default",resource_type="gold"} 5000.25
ccc_resources{world="default",resource_type="spice"} 1200
ccc_resources_collected_total{world="default",resource_type="gold"} 900
ccc_resources_collected_total{world="default",resource_type="spice"} 90
ccc_resources_spent_total{world="default",resource_type="gold"} 12.5
ccc_resources_spent_total{world="default",resource_type="spice"} 1
ccc_player_resources{world="default",player_id="player1",resource_type="gold"} 300
ccc_player_resources{world="default",player_id="player2",resource_type="gold"} 0.25
ccc_player_resources{world="default",player_id="_other",resource_type="gold"} 4700
ccc_player_resources{world="default",player_id="player1",resource_type="spice"} 50
ccc_player_resources{world="default",player_id="player2",resource_type="spice"} 0
ccc_player_resources{world="default",player_id="_other",resource_type="spice"} 1150
ccc_dwellings{world="default",level="1"} 10
ccc_dwellings{world="default",level="2"} 5
ccc_dwellings{world="default",level="3"} 2
ccc_dwellings{world="default",level="4"} 1
ccc_dwelling_levels{world="default",player_id="player1"} 4
ccc_dwelling_levels{world="default",player_id="player2"} 0
ccc_pvp_actions_total{world="default",action_type="attack"} 18
ccc_pvp_actions_total{world="default",action_type="raid"} 2
ccc_pvp_attacks_total{world="default",result="success"} 15
ccc_pvp_attacks_total{world="default",result="failure"} 5
ccc_pvp_dwellings_destroyed_total{world="default"} 3
ccc_events_triggered_total{world="default",event_type="tempete"} 2
ccc_events_triggered_total{world="default",event_type="raid"} 1
ccc_event_affected_players_total{world="default",event_type="tempete"} 5
ccc_event_affected_players_total{world="default",event_type="raid"} 2
ccc_alerts_active{world="default",alert_type="data_at_risk",severity="critical"} 0
ccc_alerts_active{world="default",alert_type="high_failure_rate",severity="warning"} 1
ccc_alerts_active{world="default",alert_type="low_activity",severity="warning"} 0
ccc_alerts_active{world="default",alert_type="resource_concentration",severity="warning"} 0
ccc_alerts_active{world="default",alert_type="source_down",severity="critical"} 0
ccc_alerts_active{world="default",alert_type="suspect_player",severity="warning"} 0
ccc_alerts_active{world="default",alert_type="world_reset",severity="info"} 0
ccc_snapshot_timestamp_seconds{world="default"} 1765197240.789
ccc_section_stale{world="default",section="nomads"} 0
ccc_section_stale{world="default",section="resources"} 0
ccc_section_stale{world="default",section="dwellings"} 0
ccc_section_stale{world="default",section="pvp"} 0
ccc_section_stale{world="default",section="events"} 0
watchtower_world_simulated{world="default"} 0
)");
}

TEST(PrometheusText, GivesPromtoolNothingToSay) {
    auto other = test::sample_state("other", kTick);
    other.simulated = true;
    EXPECT_TRUE(
        test::promtool_accepts(prometheus_text(worlds_of({test::sample_state("default", kTick), other}), kTick, 20)));
}

TEST(PrometheusText, KeepsTheWorldsOfAFamilyTogether) {
    const auto text =
        prometheus_text(worlds_of({test::sample_state("b", kTick), test::sample_state("a", kTick)}), kTick, 20);
    EXPECT_THAT(text, HasSubstr("ccc_nomads{world=\"b\"} 42\nccc_nomads{world=\"a\"} 42\n"));
    EXPECT_EQ(text.find("# TYPE ccc_nomads gauge"), text.rfind("# TYPE ccc_nomads gauge"));
}

TEST(PrometheusText, IsEmptyWithoutAnyWorld) {
    EXPECT_EQ(prometheus_text({}, kTick, 20), "");
}

TEST(PrometheusText, SaysOfAWorldThatWasNeverCollectedOnlyThatItIsStale) {
    Worlds worlds = worlds_of({test::sample_state("default", kTick)});
    worlds.all.push_back({"new", 1, nullptr});
    const auto text = prometheus_text(worlds, kTick, 20);
    for (const Section section : proto::kSections) {
        EXPECT_THAT(
            text, HasSubstr("ccc_section_stale{world=\"new\",section=\"" + std::string(to_text(section)) + "\"} 1\n"));
    }
    EXPECT_THAT(text, Not(testing::ContainsRegex("(ccc_[a-r]|ccc_sn|watchtower_)[a-z_]*[{]world=\"new\"")));
    EXPECT_TRUE(test::promtool_accepts(text));
}

TEST(PrometheusText, DoesNotGrowWithTheNumberOfPlayers) {
    auto few = test::sample_state("default", kTick);
    for (int i = 0; i < 50; ++i) {
        few.top_players.push_back({"player" + std::to_string(100 + i), 1, 1, {}, {}, 1});
    }
    auto many = few;
    many.players = 1'000'000;
    for (int i = 0; i < 1000; ++i) {
        many.top_players.push_back({"more" + std::to_string(i), 1, 1, {}, {}, 1});
    }
    const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
    EXPECT_EQ(lines(text_of(few)), lines(text_of(many)));
}

TEST(PrometheusText, SumsPlayersBeyondTheTopUnderOther) {
    const auto text = text_of(test::sample_state("default", kTick), kTick, 1);
    EXPECT_THAT(text, Not(HasSubstr("player2")));
    EXPECT_THAT(text, HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"_other\"} 12\n"));
    EXPECT_THAT(text, HasSubstr("ccc_player_actions{world=\"default\",player_id=\"_other\"} 123\n"));
    EXPECT_THAT(text, HasSubstr("player_id=\"_other\",resource_type=\"gold\"} 4700.25\n"));
    EXPECT_THAT(text, Not(HasSubstr("ccc_dwelling_levels{world=\"default\",player_id=\"_other\"}")));
}

TEST(PrometheusText, ShowsOnlyOthersWhenNoPlayerHasSeries) {
    const auto text = text_of(test::sample_state("default", kTick), kTick, 0);
    EXPECT_THAT(text, HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"_other\"} 42\n"));
    EXPECT_THAT(text, Not(HasSubstr("ccc_dwelling_levels")));
}

TEST(PrometheusText, TellsAPlayerCalledOtherFromTheOthers) {
    auto state = test::sample_state("default", kTick);
    state.top_players[0].player_id = "_other";
    state.top_players[1].player_id = "__other";
    const auto text = text_of(state);
    EXPECT_THAT(text, HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"__other\"} 30\n"));
    EXPECT_THAT(text, HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"___other\"} 10\n"));
    EXPECT_THAT(text, HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"_other\"} 2\n"));
}

TEST(PrometheusText, NeverShowsFewerThanNoOthers) {
    auto state = test::sample_state("default", kTick);
    state.document.nomads->total_nomads = 5;
    EXPECT_THAT(text_of(state), HasSubstr("ccc_active_nomads{world=\"default\",player_id=\"_other\"} 0\n"));
}

TEST(PrometheusText, SurvivesEveryNameThatTheGameMayGive) {
    auto state = test::sample_state("default", kTick);
    state.top_players[0].player_id = "a\"b\\c\nd\xFF\r";
    state.totals.actions.emplace_back("", 1);
    state.totals.attacks_by_type.emplace_back(std::string("\0x", 2), 1);
    EXPECT_TRUE(test::promtool_accepts(text_of(state)));
}

TEST(PrometheusText, ShowsAStaleSectionsGaugesForTenIntervals) {
    auto state = test::sample_state("default", kTick);
    auto& nomads = state.sections[proto::index(Section::nomads)];
    nomads = {kTick - minutes(9), proto::SectionError::timeout, 9};
    EXPECT_THAT(text_of(state, kTick + minutes(1)), HasSubstr("ccc_nomads{world=\"default\"} 42\n"));
    nomads.last_good = kTick - minutes(10);
    const auto text = text_of(state, kTick + minutes(1));
    EXPECT_THAT(text, Not(HasSubstr("ccc_nomads{")));
    EXPECT_THAT(text, Not(HasSubstr("ccc_active_nomads")));
    EXPECT_THAT(text, Not(HasSubstr("ccc_player_actions")));
    EXPECT_THAT(text, HasSubstr("ccc_nomad_actions_total{world=\"default\",action_type=\"move\"} 140\n"));
    EXPECT_THAT(text, HasSubstr("ccc_section_stale{world=\"default\",section=\"nomads\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("ccc_players{world=\"default\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("ccc_resources{"));
}

TEST(PrometheusText, KeepsCountersTimestampAndStalenessWhenTheCollectorIsDown) {
    const auto text = text_of(test::sample_state("default", kTick), kTick + std::chrono::hours(1));
    EXPECT_EQ(samples_of(text).find("ccc_nomad_actions_total"), 0U);
    for (const char* gauge : {"ccc_nomads", "ccc_players", "ccc_resources{", "ccc_player_", "ccc_dwelling"}) {
        EXPECT_THAT(text, Not(HasSubstr(gauge)));
    }
    EXPECT_THAT(text, HasSubstr("ccc_resources_collected_total{"));
    EXPECT_THAT(text, HasSubstr("ccc_pvp_attacks_total{"));
    EXPECT_THAT(text, HasSubstr("ccc_events_triggered_total{"));
    EXPECT_THAT(text, HasSubstr("ccc_snapshot_timestamp_seconds{world=\"default\"} 1765197240.789\n"));
    EXPECT_THAT(text, HasSubstr("ccc_section_stale{world=\"default\",section=\"events\"} 1\n"));
}

TEST(PrometheusText, ShowsNoGaugeOfASectionThatWasNeverCollected) {
    auto state = test::sample_state("default", kTick);
    for (const Section section : {Section::resources, Section::dwellings}) {
        state.sections[proto::index(section)] = {{}, proto::SectionError::not_found, 1};
    }
    state.document.resources.reset();
    state.document.dwellings.reset();
    const auto text = text_of(state);
    EXPECT_THAT(text, Not(HasSubstr("ccc_resources{")));
    EXPECT_THAT(text, Not(HasSubstr("ccc_player_resources")));
    EXPECT_THAT(text, Not(HasSubstr("ccc_dwelling")));
    EXPECT_THAT(text, HasSubstr("ccc_players{"));
}

TEST(PrometheusText, CountsOpenAlertsByTypeAndSeverity) {
    auto state = test::sample_state("default", kTick);
    auto alert = state.alerts.front();
    state.alerts.push_back(alert);
    alert.severity = "critical";
    state.alerts.push_back(alert);
    alert.state = proto::AlertState::resolved;
    state.alerts.push_back(alert);
    const auto text = text_of(state);
    EXPECT_THAT(text, HasSubstr("alert_type=\"high_failure_rate\",severity=\"critical\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("alert_type=\"high_failure_rate\",severity=\"warning\"} 2\n"));
}

}  // namespace
}  // namespace watchtower::world_state
