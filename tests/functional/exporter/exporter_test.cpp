#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/functional/exporter/running_exporter.hpp"
#include "tests/support/promtool.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class Exporter : public RunningExporter {};

TEST_F(Exporter, ShowsTheGameToPrometheus) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    const auto answer = exporter.get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(answer.body, HasSubstr("ccc_player_resources{world=\"default\",player_id=\"_other\""));
    EXPECT_THAT(answer.body, HasSubstr("watchtower_dependency_up{dependency=\"redis\"} 1\n"));
    EXPECT_THAT(answer.body, HasSubstr("watchtower_state_age_seconds{world=\"default\"}"));
    EXPECT_TRUE(promtool_accepts(answer.body));
}

TEST_F(Exporter, AnswersWithTheSameTextCompressed) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    const auto answer = exporter.get("/metrics", {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(answer.header("content-encoding"), "gzip");
    EXPECT_THAT(answer.body, HasSubstr(timestamp_of(state)));
    EXPECT_THAT(answer.body, HasSubstr("process_open_fds "));
}

TEST_F(Exporter, IsReadyWhenItHoldsAState) {
    Service exporter = start();
    EXPECT_EQ(exporter.get("/health").status, 200);
    EXPECT_EQ(exporter.get("/ready").status, 503);
    EXPECT_THAT(exporter.get("/metrics").body, Not(HasSubstr("ccc_")));
    const auto state = state_of_age(seconds(3600));
    stores_.put(state);
    EXPECT_TRUE(eventually(kDeadline, [&] { return exporter.get("/ready").status == 200; }));
    EXPECT_THAT(exporter.get("/health").body, HasSubstr("\"redis\":\"up\""));
    EXPECT_THAT(exporter.get("/").body, HasSubstr("/metrics"));
    EXPECT_EQ(exporter.get("/nothing").status, 404);
}

TEST_F(Exporter, TakesAnAnnouncedState) {
    Service exporter = start();
    for (const int age : {30, 20, 10}) {
        const auto state = state_of_age(seconds(age));
        stores_.put(state);
        stores_.announce(state);
        EXPECT_TRUE(shows(exporter, timestamp_of(state)));
    }
}

TEST_F(Exporter, GoesOnWithPostgresWithoutRedisAndNats) {
    const auto first = state_of_age(seconds(200));
    stores_.put(first);
    stores_.store(first);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(first)));
    stores_.redis.kill();
    stores_.nats.kill();
    const auto second = state_of_age(seconds(1));
    stores_.store(second);
    EXPECT_TRUE(shows(exporter, timestamp_of(second)));
    EXPECT_TRUE(shows(exporter, "watchtower_dependency_up{dependency=\"redis\"} 0\n"));
    EXPECT_EQ(exporter.get("/ready").status, 200);
}

TEST_F(Exporter, KeepsAnsweringWhileItsStoresAreFrozen) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    stores_.redis.freeze();
    stores_.postgres.freeze();
    stores_.nats.freeze();
    EXPECT_TRUE(shows(exporter, "watchtower_dependency_up{dependency=\"redis\"} 0\n"));
    EXPECT_THAT(exporter.get("/metrics").body, HasSubstr(timestamp_of(state)));
    exporter.process().signal(SIGTERM);
    EXPECT_EQ(exporter.process().wait(seconds(10)), 0);
    stores_.redis.thaw();
    stores_.postgres.thaw();
    stores_.nats.thaw();
}

TEST_F(Exporter, SaysThatAllIsStaleWhenNobodyCollects) {
    auto state = state_of_age(seconds(0));
    state.interval = Milliseconds(1'000);
    stores_.put(state);
    Service exporter = start();
    ASSERT_TRUE(shows(exporter, timestamp_of(state)));
    EXPECT_TRUE(shows(exporter, "ccc_section_stale{world=\"default\",section=\"nomads\"} 1\n"));
    EXPECT_THAT(exporter.get("/metrics").body, HasSubstr("ccc_nomads{world=\"default\"} 42\n"));
}

TEST_F(Exporter, ShowsTheSameInEveryReplica) {
    const auto state = state_of_age(seconds(1));
    stores_.put(state);
    Service one = start();
    Service other = start();
    ASSERT_TRUE(shows(one, timestamp_of(state)));
    ASSERT_TRUE(shows(other, timestamp_of(state)));
    const auto game = [](Service& exporter) {
        const std::string text = exporter.get("/metrics").body;
        return text.substr(0, text.find("# HELP watchtower_build_info"));
    };
    EXPECT_EQ(game(one), game(other));
}

TEST_F(Exporter, EndsInOrderOnASignal) {
    Service exporter = start();
    exporter.process().signal(SIGINT);
    EXPECT_EQ(exporter.process().wait(seconds(10)), 0) << exporter.output();
}

TEST(ExporterProcess, TellsWhatIsWrongWithItsOptions) {
    const Ended ended = run_to_end("exporter", {"--port=x", "--exporter-top-players=many"}, {{"LOG_LEVEL", "loud"}});
    EXPECT_EQ(ended.code, 2);
    for (const char* name : {"PORT", "EXPORTER_TOP_PLAYERS", "LOG_LEVEL"}) {
        EXPECT_THAT(ended.output, HasSubstr(name));
    }
    EXPECT_EQ(run_to_end("exporter", {"--check-config"}).code, 0);
}

TEST(ExporterProcess, EndsWhenItCannotListen) {
    const Service first("exporter", {});
    const Ended second = run_to_end("exporter", {"--port=" + std::to_string(first.port())});
    EXPECT_EQ(second.code, 1);
    EXPECT_THAT(second.output, HasSubstr(std::to_string(first.port())));
}

}  // namespace
}  // namespace watchtower::test
