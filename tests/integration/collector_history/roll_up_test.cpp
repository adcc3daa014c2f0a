#include <thread>
#include <vector>

#include "tests/integration/collector_history/kept_world.hpp"

namespace watchtower::collector::history::test {
namespace {

class RollUp : public KeptWorlds {};

TEST_F(RollUp, KeepsTheLastValueOfEachHourThatEnded) {
    tick("2025-12-08 12:00", "5");
    tick("2025-12-08 12:59", "7.5");
    tick("2025-12-08 13:00", "8");
    tick("2025-12-08 13:30", "9");
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-08 13:31")).hourly_rows, 1);
    EXPECT_EQ(hours_of("actions"), "2025-12-08 12:00 12:59 7.5");
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-08 14:00")).hourly_rows, 1);
    EXPECT_EQ(hours_of("actions"), "2025-12-08 12:00 12:59 7.5, 2025-12-08 13:00 13:30 9");
    EXPECT_EQ(ask("select value from gameplay_first where metric = 'actions'"), "5");
    EXPECT_EQ(ask("select count(*) from gameplay_metrics"), "4") << "raw rows are only read";
}

TEST_F(RollUp, DoesNothingTheSecondTime) {
    tick("2025-12-08 12:00");
    change("2025-12-08 12:00", "p", 3, "1");
    const RolledUp first = roll_up(client_, "default", time("2025-12-10"));
    EXPECT_EQ(first.hourly_rows, 1);
    EXPECT_EQ(first.daily_rows, 1);
    const RolledUp second = roll_up(client_, "default", time("2025-12-10"));
    EXPECT_EQ(second.hourly_rows + second.daily_rows + second.transactions, 0);
    EXPECT_EQ(days_of("p"), "12-08 12:00 3 1 1 0.5 1");
}

TEST_F(RollUp, SumsWhatADayAddedAndKeepsWhatItEndedWith) {
    tick("2025-12-08 12:00");
    change("2025-12-08 12:00", "p", 3, "1");
    change("2025-12-08 23:59", "p", 4, "0.25");
    change("2025-12-09 00:00", "p", 50, "9");
    change("2025-12-08 23:58", "q", 1, "2");
    tick("2025-12-09 00:00");
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-08 23:59")).daily_rows, 0) << "the day has not ended";
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-09")).daily_rows, 2);
    EXPECT_EQ(days_of("p"), "12-08 23:59 7 0.25 1.25 1.0 2");
    EXPECT_EQ(days_of("q"), "12-08 23:58 1 2 2 0.5 1");
}

TEST_F(RollUp, AddsWhatComesLateOutOfAnOutbox) {
    tick("2025-12-08 12:10", "5");
    change("2025-12-08 12:10", "p", 3, "1");
    (void)roll_up(client_, "default", time("2025-12-12"));
    EXPECT_EQ(hours_of("actions"), "2025-12-08 12:00 12:10 5");
    tick("2025-12-08 12:20", "6");
    change("2025-12-08 12:20", "p", 4, "2");
    tick("2025-12-09 01:00", "7");
    change("2025-12-09 01:00", "q", 4, "2");
    (void)roll_up(client_, "default", time("2025-12-12"));
    EXPECT_EQ(hours_of("actions"), "2025-12-08 12:00 12:20 6, 2025-12-09 01:00 01:00 7");
    EXPECT_EQ(days_of("p"), "12-08 12:20 7 2 3 1.0 2");
    EXPECT_EQ(days_of("q"), "12-09 01:00 4 2 2 0.5 1");
    EXPECT_EQ(ask("select value from gameplay_first"), "5") << "not the late one";
}

TEST_F(RollUp, AddsWhatComesLateEvenWhenTheDaysFirstPartIsGone) {
    tick("2025-12-08 12:10", "5");
    change("2025-12-08 12:10", "p", 3, "1");
    (void)roll_up(client_, "default", time("2025-12-20"));
    (void)retire(client_, time("2025-12-20"), {.raw_days = 1});
    ASSERT_FALSE(is_there("player_activity_20251208"));
    tick("2025-12-08 12:20", "6");
    change("2025-12-08 12:20", "p", 4, "2");
    (void)roll_up(client_, "default", time("2025-12-20"));
    EXPECT_EQ(days_of("p"), "12-08 12:20 7 2 3 1.0 2");
    EXPECT_EQ(hours_of("actions"), "2025-12-08 12:00 12:20 6");
}

TEST_F(RollUp, CatchesUpAfterDaysInTransactionsOfADayAtMost) {
    for (const char* day : {"2025-12-08", "2025-12-09", "2025-12-31", "2026-01-01"}) {
        tick(std::string(day) + " 12:00", "5");
        change(std::string(day) + " 12:00", "p", 3, "1");
    }
    const RolledUp done = roll_up(client_, "default", time("2026-01-03"));
    EXPECT_EQ(done.hourly_rows, 4);
    EXPECT_EQ(done.daily_rows, 4);
    EXPECT_GE(done.transactions, 2 * 4);
    EXPECT_TRUE(is_there("gameplay_hourly_202512"));
    EXPECT_EQ(ask("select count(*) from player_daily_202601"), "1");
}

TEST_F(RollUp, EndsBetweenTwoTransactionsWhenItIsToStop) {
    tick("2025-12-08 12:00");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-10"), stop.get_token()).transactions, 0);
}

TEST_F(RollUp, KnowsNothingOfAWorldWithoutTicks) {
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-10")).transactions, 0) << "no partition at all";
    tick("2025-12-08 12:00", "1", "other");
    EXPECT_EQ(roll_up(client_, "default", time("2025-12-10")).transactions, 0);
    EXPECT_EQ(roll_up(client_, "nobody", time("2025-12-10")).transactions, 0);
}

TEST_F(RollUp, DoesEachPartOnceWhenSeveralDoItAtOnce) {
    for (int day = 10; day < 25; ++day) {
        tick("2025-12-" + std::to_string(day) + " 12:00");
        change("2025-12-" + std::to_string(day) + " 12:00", "p", 3, "1");
    }
    std::vector<std::jthread> replicas;
    constexpr int kReplicas = 3;
    replicas.reserve(kReplicas);
    for (int i = 0; i < kReplicas; ++i) {
        replicas.emplace_back([this] {
            postgres::Client client({.url = server_.url()});
            (void)make_partitions(client, time("2025-12-26"));
            (void)roll_up(client, "default", time("2025-12-26"));
        });
    }
    replicas.clear();
    EXPECT_EQ(ask("select sum(actions_added) from player_daily"), "45");
    EXPECT_EQ(ask("select count(*) from gameplay_hourly"), "15");
}

TEST_F(RollUp, RollsAFullDayUpInPieces) {
    tick("2025-12-08 00:00", "1");
    change("2025-12-08 00:00", "p", 1, "1");
    change("2025-12-08 11:59", "p", 2, "2");
    tick("2025-12-08 23:59", "3");
    change("2025-12-08 23:59", "p", 4, "3");
    server_.run(
        "update pg_class set reltuples = 50000000"
        " where oid in ('player_activity_20251208'::regclass, 'gameplay_metrics_20251208'::regclass)");
    const RolledUp done = roll_up(client_, "default", time("2025-12-09"));
    EXPECT_EQ(done.transactions, 22);
    EXPECT_EQ(days_of("p"), "12-08 23:59 7 3 6 1.5 3");
    EXPECT_EQ(hours_of("actions"), "2025-12-08 00:00 00:00 1, 2025-12-08 23:00 23:59 3");
}

TEST_F(RollUp, IsUnavailableWhileTheDatabaseTakesNoRows) {
    tick("2025-12-08 12:00");
    server_.run("alter role watchtower set default_transaction_read_only = on");
    postgres::Client client({.url = server_.url()});
    EXPECT_THROW((void)roll_up(client, "default", time("2025-12-10")), Unavailable);
    EXPECT_THROW((void)make_partitions(client, time("2025-12-10")), Unavailable);
    server_.run("alter role watchtower reset default_transaction_read_only");
    postgres::Client again({.url = server_.url()});
    EXPECT_EQ(roll_up(again, "default", time("2025-12-10")).hourly_rows, 1);
}

TEST_F(RollUp, LosesNothingWhenTheDiskIsFullInTheMiddle) {
    tick("2025-12-08 12:00");
    change("2025-12-08 12:00", "p", 3, "1");
    tick("2025-12-09 12:00");
    change("2025-12-09 12:00", "p", 4, "1");
    (void)make_partitions(client_, time("2025-12-09"));
    run("create function fill() returns trigger language plpgsql as $$ begin"
        " if new.day >= '2025-12-09' then raise 'disk full' using errcode = '53100'; end if; return new; end $$;"
        " create trigger fill before insert on player_daily for each row execute function fill()");
    EXPECT_THROW((void)roll_up(client_, "default", time("2025-12-10")), Unavailable);
    EXPECT_EQ(days_of("p"), "12-08 12:00 3 1 1 0.5 1");
    run("drop trigger fill on player_daily");
    (void)roll_up(client_, "default", time("2025-12-10"));
    EXPECT_EQ(days_of("p"), "12-08 12:00 3 1 1 0.5 1, 12-09 12:00 4 1 1 0.5 1");
}

class Partitions : public KeptWorlds {};

TEST_F(Partitions, AreMadeAheadOnce) {
    EXPECT_EQ(make_partitions(client_, time("2025-12-31 23:59")), 4 * 2 + 2 * 2);
    for (const char* table :
         {"snapshots_20251231", "event_metrics_20260101", "gameplay_hourly_202512", "player_daily_202601"}) {
        EXPECT_TRUE(is_there(table)) << table;
    }
    EXPECT_EQ(make_partitions(client_, time("2025-12-31 23:59")), 0);
}

TEST_F(Partitions, DoNotWaitForReadersAndDoNotHoldUpWriters) {
    tick("2025-12-08 12:00");
    client_.read([this](pqxx::read_transaction& reading) {
        reading.exec("select * from snapshots, gameplay_metrics");
        EXPECT_GT(make_partitions(client_, time("2025-12-20")), 0);
        tick("2025-12-20 12:00");
    });
}

TEST_F(Partitions, AreReadersToRead) {
    server_.run("drop owned by watchtower_reader; drop role watchtower_reader; create role watchtower_reader login");
    postgres::Client reader({.url = server_.url("watchtower", "watchtower_reader")});
    const auto count = [&reader](const std::string& table) {
        reader.read(
            [&table](pqxx::read_transaction& transaction) { transaction.exec1("select count(*) from " + table); });
    };
    EXPECT_THROW(count("worlds"), Error);
    (void)make_partitions(client_, time("2025-12-08"));
    EXPECT_NO_THROW(count("player_daily"));
    EXPECT_NO_THROW(count("snapshots_20251208"));
    (void)make_partitions(client_, time("2025-12-10"));
    EXPECT_NO_THROW(count("snapshots_20251210"));
    EXPECT_NO_THROW(count("gameplay_hourly_202601"));
}

TEST_F(Partitions, ThatRetentionDroppedAreMadeAgainForLateTicks) {
    DayPartitions partitions;
    partitions.ensure(client_, time("2025-12-08"));
    EXPECT_EQ(retire(client_, time("2025-12-20"), {}).dropped.size(), 4U) << "two days, documents and players";
    EXPECT_FALSE(is_there("snapshots_20251208"));
    partitions.ensure(client_, time("2025-12-08"));
    EXPECT_TRUE(is_there("snapshots_20251208"));
    const TimePoint now = SystemClock().now();
    partitions.ensure(client_, now);
    server_.stop();
    EXPECT_NO_THROW(partitions.ensure(client_, now)) << "known, and not to be dropped yet";
}

TEST_F(Partitions, OfATickThatIsBeingStoredAreNotDropped) {
    DayPartitions partitions;
    partitions.ensure(client_, time("2025-12-08"));
    client_.transaction([&](pqxx::work& storing) {
        partitions.hold(storing, time("2025-12-08"));
        EXPECT_EQ(retire(client_, time("2025-12-20"), {}).dropped.size(), 0U);
        storing.exec0("insert into snapshots values ('default', '2025-12-08 12:00Z', '2025-12-08', '{}', '{}')");
    });
    EXPECT_GT(retire(client_, time("2025-12-20"), {}).dropped.size(), 0U);
    const auto hold = [&] {
        client_.transaction([&](pqxx::work& storing) { partitions.hold(storing, time("2025-12-08")); });
    };
    EXPECT_THROW(hold(), Unavailable);
    partitions.ensure(client_, time("2025-12-08"));
    EXPECT_NO_THROW(hold());
}

}  // namespace
}  // namespace watchtower::collector::history::test
