#include "services/api-gateway/dashboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world_stores.hpp"

namespace watchtower::gateway {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

/// Ticks are minutes of this hour: at(5) is 12:05:00.
TimePoint at(int minute) {
    return parse_rfc3339("2025-12-08T12:00:00Z") + std::chrono::minutes(minute);
}

std::string quoted(TimePoint time) {
    return "'" + to_rfc3339(time) + "'";
}

class Dashboard : public testing::Test {
protected:
    Dashboard() {
        for (const std::string table : {"gameplay_metrics", "player_activity", "event_metrics"}) {
            server_.run("create table " + table + "_of_a_test partition of " + table + " default");
        }
        // Not bytewise by itself, as the databases of most people are.
        for (const std::string column :
             {"player_activity alter player_id", "player_current alter player_id", "event_metrics alter event_type"}) {
            server_.run("alter table " + column + " type text collate \"und-x-icu\"");
        }
        world("default", at(0));
    }

    void world(const std::string& name, TimePoint first_seen) {
        server_.run("insert into worlds values ('" + name + "', 0, false, 0, " + quoted(first_seen) + ", null)");
    }

    void counter(const std::string& metric, int minute, const std::string& value, const std::string& name = "default") {
        server_.run("insert into gameplay_metrics values ('" + name + "', " + quoted(at(minute)) + ", '" + metric +
                    "', " + value + ")");
    }

    /// What a tick added to a player.
    void activity(const std::string& player, int minute, int actions, const std::string& gold = "0") {
        server_.run("insert into player_activity values ('default', $p$" + player + "$p$, " + quoted(at(minute)) +
                    ", 1, 1, " + std::to_string(actions) + ", 0, 0, 0, " + gold + ", 0, 0.5, 0, 0, 0)");
    }

    void player(const std::string& player_id, int highest_level, const std::string& gold = "0") {
        server_.run("insert into player_current values ('default', $p$" + player_id +
                    "$p$, now(), now(), null, true, " + "true, true, 1, 1, '{}', 1, " + gold + ", 7, 3, " +
                    std::to_string(highest_level) + ", '{}')");
    }

    void events(const std::string& type, int minute, int count, int affected) {
        server_.run("insert into event_metrics values ('default', " + quoted(at(minute)) + ", '" + type + "', " +
                    std::to_string(count) + ", " + std::to_string(affected) + ")");
    }

    DashboardStats ask(int last_minute, seconds window, const std::string& name = "default") {
        return client_.read([&](pqxx::read_transaction& transaction) {
            return query_dashboard(transaction, {name, at(last_minute), window});
        });
    }

    watchtower::test::WorldStores stores_;
    const watchtower::test::PostgresServer& server_ = stores_.postgres;
    postgres::Client client_{{.url = stores_.reader_url()}};
};

TEST_F(Dashboard, KnowsNothingOfAnEmptyWorld) {
    const DashboardStats stats = ask(30, seconds(600));
    EXPECT_EQ(stats.active_players, 0U);
    EXPECT_FALSE(stats.total_actions);
    EXPECT_EQ(encode(stats, {"default", at(30), seconds(600)}, at(30)),
              R"({"active_players":0,"total_actions":null,"avg_actions_per_player":null,)"
              R"("resources_collected":{"gold":0,"spice":0},)"
              R"("pvp_activity":{"total_attacks":null,"successful_attacks":null,"destroyed_dwellings":null},)"
              R"("top_players":[],"top_events":[],"time_window":600,"timestamp":"2025-12-08T12:30:00.000Z"})");
}

TEST_F(Dashboard, CountsTheRiseOfCountersWithinTheWindow) {
    for (const auto& [minute, value] : {std::pair(19, "90"), {20, "100"}, {21, "130"}, {30, "150"}, {31, "900"}}) {
        counter("actions", minute, value);
    }
    EXPECT_EQ(ask(30, seconds(600)).total_actions, "50") << "from after minute 20 to minute 30";
    EXPECT_EQ(ask(30, seconds(60)).total_actions, "20") << "the base may lie long before the window";
    EXPECT_EQ(ask(25, seconds(60)).total_actions, "0") << "stale since minute 21";
    EXPECT_FALSE(ask(30, seconds(600)).total_attacks) << "never collected";
}

TEST_F(Dashboard, CountsFromZeroWhereTheWorldBeganInTheWindow) {
    counter("attacks", 0, "7");
    counter("attacks", 1, "9");
    EXPECT_EQ(ask(1, seconds(3600)).total_attacks, "9");
    EXPECT_EQ(ask(1, seconds(60)).total_attacks, "2") << "it began with the tick before the window";
    world("young", at(10) + Milliseconds(50));
    counter("attacks", 10, "7", "young");
    counter("attacks", 11, "9", "young");
    EXPECT_EQ(ask(11, seconds(600), "young").total_attacks, "9");
    EXPECT_EQ(ask(11, seconds(60), "young").total_attacks, "2");
}

TEST_F(Dashboard, CountsFromTheOldestThatIsKeptOfAnOldWorld) {
    world("old", at(0) - std::chrono::hours(2000));
    counter("actions", 5, "1000000", "old");
    counter("actions", 6, "1000010", "old");
    EXPECT_EQ(ask(6, seconds(600), "old").total_actions, "10");
}

TEST_F(Dashboard, SumsWhatEachPlayerDidWithinTheWindow) {
    activity("early", 20, 50);
    activity("anna", 21, 3, "0.1");
    activity("anna", 30, 4, "0.2");
    activity("berta", 25, 2, "123456789012345678.000001");
    activity("idle", 25, 0, "1");
    activity("late", 31, 50);
    for (const char* name : {"early", "anna", "berta", "idle", "late"}) {
        player(name, 4, "0.250000");
    }
    const DashboardStats stats = ask(30, seconds(600));
    EXPECT_EQ(stats.active_players, 2U);
    EXPECT_EQ(stats.gold_collected, "123456789012345679.300001") << "exact";
    EXPECT_EQ(stats.spice_collected, "2");
    ASSERT_EQ(stats.top_players.size(), 2U);
    EXPECT_EQ(stats.top_players[0].player_id, "anna");
    EXPECT_EQ(stats.top_players[0].actions, "7");
    EXPECT_EQ(stats.top_players[0].highest_level, 4);
    EXPECT_EQ(stats.top_players[0].gold, "0.25");
    EXPECT_EQ(stats.top_players[0].spice, "7");
    EXPECT_EQ(stats.top_players[1].player_id, "berta");
}

TEST_F(Dashboard, ListsTenPlayersByActionsThenBytewise) {
    const std::vector<std::string> equal = {"b", "B", "a", "\xC3\xA4", "10", "9", "c", "d", "e", "f", "g"};
    for (const std::string& name : equal) {
        activity(name, 30, 1);
        player(name, 0);
    }
    activity("zz", 30, 2);
    player("zz", 0);
    const DashboardStats stats = ask(30, seconds(60));
    EXPECT_EQ(stats.active_players, 12U);
    std::string order;
    for (const auto& one : stats.top_players) {
        order += one.player_id + ' ';
    }
    EXPECT_EQ(order, "zz 10 9 B a b c d e f ");
}

TEST_F(Dashboard, LeavesOutPlayersErasedSince) {
    activity("gone", 30, 5);
    const DashboardStats stats = ask(30, seconds(60));
    EXPECT_EQ(stats.active_players, 1U);
    EXPECT_TRUE(stats.top_players.empty());
}

TEST_F(Dashboard, ListsFiveTypesOfEvents) {
    events("old", 20, 99, 99);
    events("raid", 21, 1, 2);
    events("raid", 30, 2, 3);
    events("storm", 30, 3, 1);
    events("none", 30, 0, 0);
    for (const char* type : {"a", "B", "c", "d"}) {
        events(type, 30, 1, 0);
    }
    const DashboardStats stats = ask(30, seconds(600));
    std::string order;
    for (const auto& one : stats.top_events) {
        order += one.type + ':' + one.count + '/' + one.affected_players + ' ';
    }
    EXPECT_EQ(order, "raid:3/5 storm:3/1 B:1/0 a:1/0 c:1/0 ");
}

TEST_F(Dashboard, RoundsTheAverageToAMillionth) {
    DashboardStats stats;
    stats.active_players = 3;
    stats.total_actions = "20";
    const auto text = [&] { return encode(stats, {"default", at(30), seconds(600)}, at(30)); };
    EXPECT_THAT(text(), HasSubstr(R"("avg_actions_per_player":6.666667,)"));
    stats.total_actions = "21";
    EXPECT_THAT(text(), HasSubstr(R"("avg_actions_per_player":7,)"));
    stats.active_players = 0;
    EXPECT_THAT(text(), HasSubstr(R"("avg_actions_per_player":0,)"));
}

}  // namespace
}  // namespace watchtower::gateway
