#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "tests/soak/aftermath.hpp"
#include "tests/soak/checks.hpp"
#include "tests/soak/coverage.hpp"
#include "tests/soak/stage.hpp"
#include "tests/soak/watch.hpp"
#include "tests/support/eventually.hpp"

/// The rows of docs/operations.md, "What is down, what still works, what may be lost": the game moves all the time, one
/// thing fails, what shall still work is looked at, and in the end every number is the truth.
namespace watchtower::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kWorld = "alpha";
const std::string kOfWorld = "{world=\"alpha\"}";

/// Time for what fails to be found out and for several ticks to come and go.
constexpr milliseconds kLong{2'500};

class Outage : public testing::Test {
protected:
    Outage() : Outage(Stage::Options{.worlds = {kWorld}, .collectors = 2}) {}
    explicit Outage(const Stage::Options& options)
        : stage_(options),
          watch_({{"exporter", stage_.exporter().port()}, {"gateway", stage_.gateway().port()}}) {}

    void SetUp() override { ASSERT_TRUE(becomes_well(stage_)); }

    void TearDown() override {
        if (HasFailure()) {
            for (const auto& [name, output] : stage_.outputs()) {
                (void)std::printf("---- %s\n%s\n", name.c_str(), output.c_str());
            }
        }
    }

    /// Does the harm to all of them, lets `look` see what still works, and takes it back after `lasts` at the earliest.
    void strike(
        const std::vector<std::pair<Harm, std::string>>& harms, const std::function<void()>& look = [] {}) {
        Struck struck{{}, SystemClock().now(), {}, {}};
        for (const auto& [harm, victim] : harms) {
            struck.blow.faults.push_back({harm, victim, {}, kLong});
            stage_.strike(struck.blow.faults.back());
        }
        const auto end = std::chrono::steady_clock::now() + kLong;
        look();
        std::this_thread::sleep_until(end);
        for (const Fault& fault : struck.blow.faults) {
            stage_.mend(fault);
        }
        struck.mended = SystemClock().now();
        ASSERT_TRUE(becomes_well(stage_));
        struck.well = SystemClock().now();
        struck_.push_back(struck);
    }

    void expect_everything_right() {
        ASSERT_TRUE(stands_still(stage_));
        EXPECT_TRUE(is_right(stage_, kWorld));
        for (const auto& fall : watch_.falls()) {
            ADD_FAILURE() << "shown and taken back: " << fall.what;
        }
        missing_ = missing_ticks(stage_, kWorld);  // before collectors end one by one, and worlds move for that
        EXPECT_EQ(stage_.close(), "");
    }

    /// After expect_everything_right.
    void expect_every_tick() {
        for (const TimePoint tick : missing_) {
            EXPECT_FALSE(could_be_collected(tick, kStageInterval, struck_, watch_.standstills()))
                << to_rfc3339(tick) << ", struck " << to_rfc3339(struck_.front().from) << ", mended "
                << to_rfc3339(struck_.front().mended);
        }
    }

    /// Two further ticks are stored.
    testing::AssertionResult ticks_go_on() {
        const std::string now = stage_.postgres.ask("select max(tick) from snapshots");
        return eventually(seconds(20), [&] {
            return stage_.postgres.ask("select count(*) >= 2 from snapshots where tick > '" + now + "'") == "t";
        });
    }

    double shown_by(Service& reader) { return reader.metric("ccc_snapshot_timestamp_seconds" + kOfWorld).value_or(0); }

    /// The reader shows states that are newer than what it shows now.
    testing::AssertionResult goes_on(Service& reader) {
        const double now = shown_by(reader);
        return eventually(seconds(20), [&] { return shown_by(reader) > now + 0.9; });
    }

    /// What the gateway answers to a question about the past.
    int status_of_history() {
        return stage_.gateway().get("/api/v1/metrics/history?metric=nomads&world=" + kWorld).status;
    }

    /// The collector that owns the world.
    int owner() {
        int found = -1;
        EXPECT_TRUE(eventually(seconds(20), [&] {
            for (int number = 0; number < stage_.collectors(); ++number) {
                found = stage_.collector(number).metric("watchtower_world_owned" + kOfWorld) == 1 ? number : found;
            }
            return found >= 0;
        }));
        return std::max(found, 0);
    }
    std::string owners_name() { return "collector-" + std::to_string(owner()); }

    testing::AssertionResult waits(const std::string& family) {
        return eventually(seconds(20), [&] { return stage_.sum(family + kOfWorld) > 0; });
    }

    Stage stage_;
    Watch watch_;
    std::vector<Struck> struck_;
    std::vector<TimePoint> missing_;
};

std::string name_of(const testing::TestParamInfo<Harm>& harm) {
    std::string name(to_text(harm.param));
    std::erase(name, '_');
    return name;
}

class PostgresOutage : public Outage, public testing::WithParamInterface<Harm> {};

TEST_P(PostgresOutage, LosesNothingAndReadersShowWhatIsNew) {
    strike({{GetParam(), "postgres"}}, [&] {
        EXPECT_TRUE(waits("watchtower_outbox_ticks"));
        EXPECT_TRUE(goes_on(stage_.exporter()));
        EXPECT_TRUE(goes_on(stage_.gateway()));
        EXPECT_TRUE(eventually(seconds(20), [&] {
            return stage_.sum("watchtower_outbox_at_risk_ticks" + kOfWorld) == 0;  // all of it lies in Redis
        }));
        EXPECT_GT(stage_.sum("watchtower_outbox_bytes" + kOfWorld), 0);
        const bool readable = GetParam() == Harm::read_only || GetParam() == Harm::full_disk;
        EXPECT_EQ(status_of_history(), readable ? 200 : 503);
    });
    EXPECT_TRUE(eventually(seconds(20), [&] { return status_of_history() == 200; }));
    expect_everything_right();
    expect_every_tick();
}

INSTANTIATE_TEST_SUITE_P(Each,
                         PostgresOutage,
                         testing::Values(Harm::kill, Harm::freeze, Harm::read_only, Harm::full_disk),
                         name_of);

class RedisOutage : public Outage, public testing::WithParamInterface<Harm> {};

TEST_P(RedisOutage, StopsNoTickAndReadersUsePostgres) {
    strike({{GetParam(), "redis"}}, [&] {
        EXPECT_TRUE(ticks_go_on());
        EXPECT_TRUE(goes_on(stage_.exporter()));
        EXPECT_TRUE(goes_on(stage_.gateway()));
    });
    expect_everything_right();
    expect_every_tick();
}

INSTANTIATE_TEST_SUITE_P(Each, RedisOutage, testing::Values(Harm::kill, Harm::freeze, Harm::forget), name_of);

class GameOutage : public Outage, public testing::WithParamInterface<Harm> {};

TEST_P(GameOutage, LeavesTheLastValuesAndTicksGoOn) {
    strike({{GetParam(), std::string(kGame)}}, [&] { EXPECT_TRUE(ticks_go_on()); });
    expect_everything_right();
    expect_every_tick();
}

INSTANTIATE_TEST_SUITE_P(Each, GameOutage, testing::Values(Harm::freeze, Harm::nonsense, Harm::slow), name_of);

class OwnersNetwork : public Outage, public testing::WithParamInterface<std::pair<Harm, const char*>> {};

TEST_P(OwnersNetwork, MayFailToOneServer) {
    const auto [harm, server] = GetParam();
    strike({{harm, owners_name() + ">" + server}}, [&] { EXPECT_TRUE(goes_on(stage_.exporter())); });
    expect_everything_right();
    expect_every_tick();
}

INSTANTIATE_TEST_SUITE_P(Each,
                         OwnersNetwork,
                         testing::Values(std::pair(Harm::cut, "postgres"),
                                         std::pair(Harm::swallow, "postgres"),
                                         std::pair(Harm::cut, "redis"),
                                         std::pair(Harm::swallow, "redis"),
                                         std::pair(Harm::cut, "game"),
                                         std::pair(Harm::swallow, "game")),
                         [](const auto& row) { return std::string(to_text(row.param.first)) + row.param.second; });

class ReadersNetwork : public Outage, public testing::WithParamInterface<std::pair<Harm, const char*>> {};

TEST_P(ReadersNetwork, MayFailToOneServer) {
    const auto [harm, server] = GetParam();
    strike({{harm, std::string("exporter>") + server}, {harm, std::string("api-gateway>") + server}}, [&] {
        EXPECT_TRUE(goes_on(stage_.exporter()));
        EXPECT_TRUE(goes_on(stage_.gateway()));
        EXPECT_EQ(status_of_history(), std::string_view(server) == "postgres" ? 503 : 200);
    });
    EXPECT_TRUE(eventually(seconds(20), [&] { return status_of_history() == 200; }));
    expect_everything_right();
}

INSTANTIATE_TEST_SUITE_P(Each,
                         ReadersNetwork,
                         testing::Values(std::pair(Harm::cut, "redis"),
                                         std::pair(Harm::swallow, "redis"),
                                         std::pair(Harm::cut, "postgres"),
                                         std::pair(Harm::swallow, "postgres")),
                         [](const auto& row) { return std::string(to_text(row.param.first)) + row.param.second; });

TEST_F(Outage, OfTheOwnerIsMadeUpForByAnotherCollector) {
    strike({{Harm::kill, owners_name()}}, [&] {
        EXPECT_TRUE(ticks_go_on());
        EXPECT_TRUE(goes_on(stage_.exporter()));
    });
    expect_everything_right();
    expect_every_tick();
}

TEST_F(Outage, OfAFrozenOwnerDoesNotEndInAWriteOfThePast) {
    const int frozen = owner();
    strike({{Harm::freeze, owners_name()}}, [&] { EXPECT_TRUE(ticks_go_on()); });
    EXPECT_NE(owner(), frozen) << "what was frozen has lost its world";
    expect_everything_right();
    expect_every_tick();
}

/// The first tick from now on is held up in the middle of its transaction.
constexpr auto kNap =
    "create sequence naps;"
    "create function nap() returns trigger language plpgsql security definer as $$ begin"
    " if nextval('naps') = 1 then perform pg_sleep(1); end if; return new; end $$;"
    "create trigger nap before insert on snapshots for each row execute function nap()";

TEST_F(Outage, OfAnOwnerFrozenInItsTransactionKeepsItsWorldNoLongerThanTheLease) {
    const std::string frozen = owners_name();
    stage_.postgres.run(kNap);
    ASSERT_TRUE(eventually(seconds(20), [&] {
        return stage_.postgres.ask("select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "1";
    }));
    strike({{Harm::freeze, frozen}});
    EXPECT_NE(owners_name(), frozen);
    expect_everything_right();
    expect_every_tick();
}

TEST_F(Outage, OfAReaderIsOverWhenItRunsAgain) {
    strike({{Harm::kill, "exporter"}, {Harm::kill, "api-gateway"}}, [&] { EXPECT_TRUE(ticks_go_on()); });
    EXPECT_TRUE(goes_on(stage_.exporter()));
    EXPECT_TRUE(goes_on(stage_.gateway()));
    expect_everything_right();
}

TEST_F(Outage, OfPostgresAndRedisKeepsTicksInMemoryAndTellsThatTheyAreAtRisk) {
    strike({{Harm::freeze, "postgres"}, {Harm::kill, "redis"}},
           [&] { EXPECT_TRUE(waits("watchtower_outbox_at_risk_ticks")); });
    expect_everything_right();
}

TEST_F(Outage, OfPostgresAndTheOwnerLosesNothingThatLiesInRedis) {
    stage_.strike({Harm::freeze, "postgres", {}, {}});
    ASSERT_TRUE(waits("watchtower_outbox_ticks"));
    double shown = 0;
    ASSERT_TRUE(eventually(seconds(20), [&] { return (shown = shown_by(stage_.exporter())) > 0; }));
    const Fault killed{Harm::kill, owners_name(), {}, {}};
    stage_.strike(killed);
    stage_.mend({Harm::freeze, "postgres", {}, {}});
    stage_.mend(killed);
    ASSERT_TRUE(becomes_well(stage_));
    EXPECT_EQ(
        stage_.postgres.ask("select count(*) from snapshots where extract(epoch from \"timestamp\")::numeric(20,3)"
                            " = " +
                            std::to_string(shown) + "::numeric(20,3)"),
        "1")
        << "what was shown was not stored";
    expect_everything_right();
}

TEST_F(Outage, OfRedisAndTheOwnerIsMadeUpForByAnotherCollector) {
    strike({{Harm::kill, "redis"}, {Harm::kill, owners_name()}}, [&] { EXPECT_TRUE(ticks_go_on()); });
    expect_everything_right();
}

/// Room for a few ticks only.
class SmallOutbox : public Outage {
protected:
    SmallOutbox()
        : Outage({.worlds = {kWorld},
                  .collectors = 2,
                  .players = 1'500,
                  .collector_environment = {{"OUTBOX_MAX_BYTES", "1048576"}, {"BY_PLAYER_LIMIT", "1000"}}}) {}
};

TEST_F(SmallOutbox, LosesDetailInTimeAndNoNumber) {
    strike({{Harm::freeze, "postgres"}}, [&] { EXPECT_TRUE(waits("watchtower_outbox_folded_total")); });
    expect_everything_right();
}

}  // namespace
}  // namespace watchtower::test
