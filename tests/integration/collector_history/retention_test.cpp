#include <gmock/gmock.h>

#include "tests/integration/collector_history/kept_world.hpp"

namespace watchtower::collector::history::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class RetentionTest : public KeptWorlds {
protected:
    /// Ticks at noon of the first ten days of a month.
    void ten_days() {
        for (int day = 1; day <= 10; ++day) {
            const std::string noon = "2025-12-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + " 12:00";
            tick(noon, std::to_string(day));
            change(noon, "p", 1, "1");
        }
    }
};

TEST_F(RetentionTest, DropsWhatEndedLongerAgoThanItIsKept) {
    ten_days();
    (void)roll_up(client_, "default", time("2025-12-11"));
    const Retired retired = retire(client_, time("2025-12-10 23:00"), {});
    EXPECT_EQ(ask("select count(*) from player_activity"), "8") << "7 whole days and the one that begins them";
    EXPECT_EQ(ask("select count(*) from gameplay_metrics"), "10");
    EXPECT_EQ(ask("select min(tick) = '2025-12-09 12:00Z' from snapshots"), "t") << "24 to 48 hours";
    EXPECT_THAT(retired.dropped, Contains("player_activity_20251202"));
    EXPECT_THAT(retired.put_off, IsEmpty());
    const Retired again = retire(client_, time("2025-12-10 23:00"), {});
    EXPECT_THAT(again.dropped, IsEmpty());
}

TEST_F(RetentionTest, KeepsRawRowsUntilTheyAreRolledUp) {
    ten_days();
    tick("2025-12-02 12:00", "1", "other");
    (void)roll_up(client_, "default", time("2025-12-11"));
    const Retention short_one{.player_days = 2, .raw_days = 2};
    const Retired held = retire(client_, time("2025-12-10"), short_one);
    EXPECT_THAT(held.put_off, Contains("gameplay_metrics_20251202")) << "the other world's is not rolled up";
    EXPECT_THAT(held.put_off, Contains("player_activity_20251202"));
    EXPECT_THAT(held.dropped, Contains("player_activity_20251203")) << "that has none of it";
    (void)roll_up(client_, "other", time("2025-12-10"));
    const Retired retired = retire(client_, time("2025-12-10"), short_one);
    EXPECT_THAT(retired.dropped, Contains("gameplay_metrics_20251202"));
    EXPECT_THAT(retired.put_off, IsEmpty());
    EXPECT_EQ(ask("select count(*) from gameplay_hourly where world = 'default'"), "10");
    EXPECT_EQ(ask("select count(*) from player_daily"), "10");
}

TEST_F(RetentionTest, NeverRemovesTheLastSnapshotOfAWorld) {
    ten_days();
    tick("2025-12-02 12:30", "1", "other");
    run(R"(update snapshots set state = '{"a":  1}', document = '{"b" : 2}' where world = 'other')");
    run("insert into snapshots select 'default', tick + make_interval(mins => n), tick, state, document"
        " from snapshots, generate_series(1, 60) n where world = 'default'");
    const Retired retired = retire(client_, time("2026-03-01"), {});
    EXPECT_THAT(retired.emptied, ElementsAre("snapshots_20251202", "snapshots_20251210"));
    EXPECT_EQ(ask("select string_agg(world || to_char(tick at time zone 'utc', ' MM-DD HH24:MI'), ', ' order by world)"
                  " from snapshots"),
              "default 12-10 12:00, other 12-02 12:30");
    EXPECT_EQ(ask("select state::text || document from snapshots where world = 'other'"), "{\"a\":  1}{\"b\" : 2}");
    EXPECT_THAT(retire(client_, time("2026-03-01"), {}).emptied, IsEmpty()) << "once is enough";
    EXPECT_EQ(ask("select has_table_privilege('watchtower_reader', 'snapshots_20251202', 'select')"), "t");
    tick("2026-02-28 12:00", "1", "other");
    EXPECT_THAT(retire(client_, time("2026-03-01"), {}).dropped, Contains("snapshots_20251202"));
    tick("2025-12-10 12:30", "11");
    EXPECT_EQ(ask("select count(*) from snapshots_20251210"), "2") << "a late tick has its place";
}

TEST_F(RetentionTest, DropsRollUpsByMonth) {
    (void)make_partitions(client_, time("2024-01-15"));
    (void)make_partitions(client_, time("2025-12-15"));
    (void)retire(client_, time("2025-03-08"), {});
    EXPECT_TRUE(is_there("gameplay_hourly_202402")) << "its last days are not 400 days ago";
    EXPECT_FALSE(is_there("gameplay_hourly_202401"));
    EXPECT_FALSE(is_there("player_daily_202401"));
    EXPECT_TRUE(is_there("player_daily_202512"));
}

TEST_F(RetentionTest, LeavesPartitionsThatHaveNoBounds) {
    run("create table snapshots_of_an_operator partition of snapshots default");
    (void)retire(client_, time("2026-03-01"), {});
    EXPECT_TRUE(is_there("snapshots_of_an_operator"));
}

TEST_F(RetentionTest, DoesNotMindTheServersTimeZone) {
    server_.run(
        "alter role watchtower set timezone = 'Asia/Kathmandu'; alter role watchtower set datestyle = 'German'");
    postgres::Client client({.url = server_.url()});
    for (const char* day : {"2025-12-08", "2025-12-10"}) {
        DayPartitions().ensure(client, time(day));
    }
    run("insert into snapshots values ('default', '2025-12-08 12:00Z', '2025-12-08 12:00Z', '{}', '{}'),"
        " ('default', '2025-12-08 12:01Z', '2025-12-08 12:01Z', '{}', '{}')");
    run("update worlds set last_tick = '2025-12-08 12:00Z' where world = 'default'");
    EXPECT_THAT(retire(client, time("2025-12-09 23:59"), {}).emptied, IsEmpty());
    EXPECT_THAT(retire(client, time("2025-12-10"), {}).emptied, ElementsAre("snapshots_20251208"));
    EXPECT_EQ(ask("select pg_get_expr(relpartbound, oid) from pg_class where relname = 'snapshots_20251208'"),
              "FOR VALUES FROM ('2025-12-08 00:00:00+00') TO ('2025-12-09 00:00:00+00')");
}

TEST_F(RetentionTest, LeavesATableThatIsInUseToTheNextCall) {
    tick("2025-12-08 12:00");
    tick("2025-12-09 12:00");
    client_.read([this](pqxx::read_transaction& reading) {
        reading.exec("select count(*) from snapshots");
        const Retired retired = retire(client_, time("2025-12-12"), {});
        EXPECT_THAT(retired.in_use, ElementsAre("snapshots_20251208", "snapshots_20251210"));
        tick("2025-12-09 12:01");
    });
    EXPECT_THAT(retire(client_, time("2025-12-12"), {}).dropped, Contains("snapshots_20251208"));
}

TEST_F(RetentionTest, IsUnavailableWhileTheDatabaseTakesNoChanges) {
    tick("2025-12-08 12:00");
    tick("2025-12-09 12:00");
    server_.run("alter role watchtower set default_transaction_read_only = on");
    postgres::Client client({.url = server_.url()});
    EXPECT_THROW((void)retire(client, time("2025-12-12"), {}), Unavailable);
    EXPECT_TRUE(is_there("snapshots_20251208"));
}

TEST_F(RetentionTest, HasTheContractsDefaults) {
    Retention retention;
    Configuration configuration("test", "");
    declare(configuration, retention);
    std::string program = "test";
    std::string flag = "--retention-raw-days=3";
    std::array<char*, 3> arguments = {program.data(), flag.data(), nullptr};
    EXPECT_FALSE(configuration.read(2, arguments.data()));
    EXPECT_EQ(retention.player_days, 7);
    EXPECT_EQ(retention.raw_days, 3);
    EXPECT_EQ(retention.rollup_days, 400);
    EXPECT_EQ(retention.document_hours, 24);
}

}  // namespace
}  // namespace watchtower::collector::history::test
