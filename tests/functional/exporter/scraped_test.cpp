#include <algorithm>

#include <gmock/gmock.h>

#include "tests/functional/exporter/running_exporter.hpp"
#include "tests/support/prometheus_server.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;
using Samples = std::vector<PrometheusServer::Sample>;

std::vector<std::string> values_of(const Samples& samples, const std::string& label) {
    std::vector<std::string> values;
    for (const auto& sample : samples) {
        const auto found = sample.labels.find(label);
        values.push_back(found == sample.labels.end() ? "" : found->second);
    }
    return values;
}

/// The exporter as Prometheus sees it.
class ScrapedExporter : public RunningExporter {
protected:
    static PrometheusServer scraper_of(const std::vector<const Service*>& exporters) {
        std::vector<int> ports;
        for (const Service* exporter : exporters) {
            ports.push_back(exporter->port_of("port"));
        }
        return PrometheusServer({.targets = {{"exporter", ports}}});
    }

    /// Whether the expression comes to have so many series.
    static testing::AssertionResult has(PrometheusServer& prometheus,
                                        const std::string& expression,
                                        std::size_t count) {
        std::size_t last = 0;
        return eventually(
            kDeadline,
            [&] {
                last = prometheus.query(expression).size();
                return last == count;
            },
            [&] { return expression + " has " + std::to_string(last); });
    }
};

TEST_F(ScrapedExporter, KeepsEveryNameThatTheGameMayGive) {
    const std::vector<std::string> names = {"quote\" and \\ and \n line",
                                            "\r\t\x01\x7F",
                                            "}{,=\"",
                                            "é漢😀",
                                            "\xEF\xBB\xBF mark",
                                            "# HELP ccc_nomads no",
                                            std::string("nul\0nul", 7),
                                            " ",
                                            "\\n",
                                            "_",
                                            "_other"};
    auto state = state_of_age(seconds(1));
    for (const std::string& name : names) {
        state.totals.actions.emplace_back(name, 7);
        state.totals.attacks_by_type.emplace_back(name, 7);
        state.totals.events.push_back({name, 7, 7});
        state.top_players.push_back({name, 1, 1, {}, {}, 1});
    }
    stores_.put(state);
    const Service exporter = start({{"EXPORTER_TOP_PLAYERS", "100"}});
    PrometheusServer prometheus = scraper_of({&exporter});
    ASSERT_TRUE(has(prometheus, "ccc_nomad_actions_total == 7", names.size()));
    EXPECT_THAT(values_of(prometheus.query("ccc_nomad_actions_total"), "action_type"), IsSupersetOf(names));
    EXPECT_THAT(values_of(prometheus.query("ccc_pvp_actions_total"), "action_type"), IsSupersetOf(names));
    EXPECT_THAT(values_of(prometheus.query("ccc_events_triggered_total"), "event_type"), IsSupersetOf(names));
    std::vector<std::string> players = values_of(prometheus.query("ccc_dwelling_levels"), "player_id");
    EXPECT_THAT(players, IsSupersetOf({"__", "__other", "player1"}));
    EXPECT_THAT(players, Not(Contains("_")));
    EXPECT_THAT(prometheus.targets()["exporter"], testing::ElementsAre(true));
}

TEST_F(ScrapedExporter, EndsTheSeriesOfWhatIsGone) {
    const auto before = state_of_age(seconds(60));
    stores_.put(before);
    const Service exporter = start();
    PrometheusServer prometheus = scraper_of({&exporter});
    ASSERT_TRUE(has(prometheus, "{player_id=\"player2\"}", 5));
    ASSERT_TRUE(has(prometheus, "{event_type=\"raid\"}", 2));

    auto after = state_of_age(seconds(1));
    after.top_players.pop_back();
    after.totals.events.pop_back();
    after.sections[proto::index(proto::Section::resources)] = {
        after.tick - 11 * after.interval, proto::SectionError::timeout, 11};
    stores_.put(after);
    EXPECT_TRUE(has(prometheus, "{player_id=\"player2\"}", 0));
    EXPECT_TRUE(has(prometheus, "{event_type=\"raid\"}", 0));
    EXPECT_TRUE(has(prometheus, "{__name__=~\"ccc_resources|ccc_player_resources\"}", 0)) << "stale for ten intervals";
    EXPECT_EQ(prometheus.query("{__name__=~\"ccc_resources_(collected|spent)_total\"}").size(), 4U);
    EXPECT_EQ(prometheus.query("ccc_section_stale{section=\"resources\"} == 1").size(), 1U);
    EXPECT_EQ(prometheus.query("ccc_snapshot_timestamp_seconds").size(), 1U);
}

TEST_F(ScrapedExporter, OfSeveralReplicasIsNotCountedTwice) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    const Service one = start();
    const Service other = start();
    PrometheusServer prometheus = scraper_of({&one, &other});
    ASSERT_TRUE(has(prometheus, "ccc_snapshot_timestamp_seconds", 2));
    const std::string game = "{__name__=~\"ccc_.*\"}";
    const std::size_t series = prometheus.query(game).size();
    EXPECT_GT(series, 50U);
    const std::string labels =
        "world, player_id, action_type, event_type, resource_type, level, result, section, "
        "alert_type, severity, __name__";
    EXPECT_EQ(prometheus.query("count by (" + labels + ") (" + game + ") == 2").size(), series / 2);
    EXPECT_EQ(prometheus.query("stddev by (" + labels + ") (" + game + ") == 0").size(), series / 2) << "equal in both";
    const auto nomads = prometheus.query("sum(max without (instance, pod) (ccc_nomads))");
    ASSERT_EQ(nomads.size(), 1U);
    EXPECT_EQ(nomads.front().value, 42);
}

TEST_F(ScrapedExporter, HasRoomForFiveHundredWorlds) {
    constexpr std::size_t kWorlds = 500;
    for (std::size_t i = 0; i < kWorlds; ++i) {
        stores_.put(state_of_age(seconds(1), "world-" + std::to_string(i)), static_cast<std::int64_t>(i));
    }
    const Service exporter = start();
    PrometheusServer prometheus = scraper_of({&exporter});
    EXPECT_TRUE(has(prometheus, "ccc_nomads == 42", kWorlds));
    EXPECT_TRUE(has(prometheus, "ccc_section_stale == 0", 5 * kWorlds));
}

}  // namespace
}  // namespace watchtower::test
