#include <gtest/gtest.h>

#include "common/world_state/averages.hpp"
#include "services/api-gateway/economy.hpp"
#include "services/api-gateway/engagement.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::gateway {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = parse_rfc3339("2025-12-08T12:00:00Z");
const TimePoint kYesterday = parse_rfc3339("2025-12-07T00:00:00Z");

std::string quoted(TimePoint time) {
    return "'" + to_rfc3339(time) + "'";
}

/// A world of the tables, with what each test puts into them.
class StoredWorld : public testing::Test {
protected:
    StoredWorld() {
        for (const std::string table : {"gameplay_metrics", "gameplay_hourly", "player_activity", "player_daily"}) {
            server_.run(std::string("create table ").append(table).append("_of_a_test partition of ").append(table) +
                        " default");
        }
        server_.run("insert into worlds values ('default', 0, false, 0, " + quoted(kNow) + ", null)");
    }

    void metric(const std::string& name, TimePoint tick, const std::string& value) {
        server_.run("insert into gameplay_metrics values ('default', " + quoted(tick) + ", '" + name + "', " + value +
                    ")");
    }

    /// A counter's first value ever, which is kept when its ticks and hours are not.
    void first(const std::string& name, TimePoint tick, const std::string& value) {
        server_.run("insert into gameplay_first values ('default', '" + name + "', " + quoted(tick) + ", " + value +
                    ")");
    }

    void player(const std::string& id,
                TimePoint first_seen,
                std::optional<TimePoint> last_active,
                const std::string& gold = "",
                const std::string& world = "default") {
        server_.run("insert into player_current values ('" + world + "', '" + id + "', " + quoted(first_seen) +
                    ", now(), " + (last_active ? quoted(*last_active) : "null") + ", true, " +
                    (gold.empty() ? "false" : "true") + ", true, 1, 1, '{}', 1, " + (gold.empty() ? "0" : gold) +
                    ", 0, 0, 0, null)");
    }

    void day(const std::string& id, TimePoint day, int actions = 1) {
        server_.run("insert into player_daily values ('default', '" + id + "', " + quoted(day) + ", " +
                    quoted(day + hours(5)) + ", 1, 1, " + std::to_string(actions) + ", 0, 0, 0, 0, 0, 0, 0, 0, 0)");
    }

    void rolled_up(TimePoint day) {
        server_.run("insert into rollups values ('default', " + quoted(day + hours(5)) + ", " + quoted(day + hours(5)) +
                    ")");
    }

    proto::Averages averages(std::int64_t length) {
        return client_.read([&](pqxx::read_transaction& transaction) {
            return world_state::query_averages(transaction, "default", kNow, kNow, length);
        });
    }
    Engagement engagement(TimePoint until = kNow) {
        return client_.read(
            [&](pqxx::read_transaction& transaction) { return query_engagement(transaction, "default", until); });
    }
    Economy economy() {
        return client_.read(
            [&](pqxx::read_transaction& transaction) { return query_economy(transaction, "default", kNow); });
    }

    watchtower::test::WorldStores stores_;
    const watchtower::test::PostgresServer& server_ = stores_.postgres;
    postgres::Client client_{{.url = stores_.reader_url()}};
};

class Averages : public StoredWorld {};

TEST_F(Averages, AreUnknownOfAWorldThatWasNeverRead) {
    EXPECT_EQ(encode(averages(7)),
              R"({"average_moves_per_user":null,"average_nomads_created_per_user":null,"period":{)"
              R"("start":"2025-12-01T12:00:00.000Z","end":"2025-12-08T12:00:00.000Z","days":7},)"
              R"("timestamp":"2025-12-08T12:00:00.000Z"})");
}

TEST_F(Averages, AreOverWhoWasActiveInThePeriod) {
    for (const auto& [age, actions] :
         {std::pair(days(10), "1000"), {days(8), "1100"}, {days(6), "1150"}, {days(0), "1200"}}) {
        metric("actions", kNow - age, actions);
    }
    metric("nomads_created", kNow - days(10), "0");
    metric("nomads_created", kNow, "1");
    player("a", kNow - days(10), kNow);
    player("b", kNow - days(10), kNow - days(6));
    player("c", kNow - days(10), kNow - days(7));
    player("d", kNow - days(10), std::nullopt);
    player("of another world", kNow, kNow, "", "other");
    const proto::Averages seven = averages(7);
    EXPECT_EQ(to_text(seven.average_moves_per_user.value()), "50") << "(1200 - 1100) / 2";
    EXPECT_EQ(to_text(seven.average_nomads_created_per_user.value()), "0.5");
    EXPECT_EQ(seven.period.start, kNow - days(7));
    EXPECT_EQ(to_text(averages(8).average_moves_per_user.value()), "33.333333") << "one more was active";
    EXPECT_EQ(to_text(averages(1).average_moves_per_user.value()), "50") << "1150 is the last value before";
}

TEST_F(Averages, BeginWithTheFirstTickWhichCountsNothing) {
    metric("actions", kNow - hours(2), "5000");
    metric("actions", kNow, "5010");
    player("a", kNow - hours(2), kNow);
    player("b", kNow - hours(2), kNow - hours(2));
    const proto::Averages seven = averages(7);
    EXPECT_EQ(to_text(seven.average_moves_per_user.value()), "10");
    EXPECT_FALSE(seven.average_nomads_created_per_user) << "not stored";
    EXPECT_EQ(seven.period.start, kNow - hours(2));
    EXPECT_EQ(seven.period.days, 7);
}

TEST_F(Averages, EndWhereNomadsWereLastReadAndGoOnWithHours) {
    first("actions", kNow - days(90), "0");
    server_.run("insert into gameplay_hourly values ('default', " + quoted(kNow - days(61)) + ", 'actions', " +
                quoted(kNow - days(61) + minutes(59)) + ", 100)");
    metric("actions", kNow - minutes(30), "160");
    metric("gold", kNow, "1");
    player("a", kNow - days(90), kNow - days(1));
    const proto::Averages sixty = averages(60);
    EXPECT_EQ(sixty.period.end, kNow - minutes(30));
    EXPECT_EQ(to_text(sixty.average_moves_per_user.value()), "60");
    EXPECT_FALSE(averages(80).average_moves_per_user) << "nothing is kept of what was so long ago";
}

class EngagementOfAWorld : public StoredWorld {};

TEST_F(EngagementOfAWorld, IsUnknownWhereHistoryDoesNotReach) {
    EXPECT_EQ(encode(engagement(), kNow),
              R"({"active_players":{"last_5_minutes":null,"last_hour":null,"last_24_hours":null,"last_7_days":null,)"
              R"("last_30_days":null},"new_players":{"last_24_hours":null,"last_7_days":null,"last_30_days":null},)"
              R"("returning_players":null,"retention":{"day_1":null,"day_7":null,"day_30":null},"stickiness":null,)"
              R"("day":null,"tick":null,"timestamp":"2025-12-08T12:00:00.000Z"})");
    metric("actions", kNow - hours(48), "1");
    metric("actions", kNow, "2");
    player("found at first", kNow - hours(48), kNow - hours(48));
    player("new", kNow - hours(1), kNow - minutes(5));
    player("idle", kNow - hours(30), std::nullopt);
    const Engagement known = engagement();
    EXPECT_EQ(known.active[0], 0) << "exactly five minutes ago is before the window";
    EXPECT_EQ(known.active[1], 1);
    EXPECT_EQ(known.active[2], 1);
    EXPECT_FALSE(known.active[3]) << "watched for two days";
    EXPECT_EQ(known.joined[0], 1);
    EXPECT_FALSE(known.joined[1]);
    EXPECT_FALSE(known.retention[0]) << "nothing is rolled up";
    EXPECT_FALSE(known.returning);
}

TEST_F(EngagementOfAWorld, EndsWhereNomadsWereLastRead) {
    metric("actions", kNow - days(1), "1");
    metric("actions", kNow - hours(2), "2");
    player("a", kNow - days(1), kNow - hours(2));
    const Engagement known = engagement();
    EXPECT_EQ(known.tick, kNow - hours(2));
    EXPECT_EQ(known.active[0], 1) << "nothing is known of the two hours since";
}

TEST_F(EngagementOfAWorld, TellsWhoCameBack) {
    first("actions", kYesterday - days(8) + hours(1), "0");
    metric("actions", kNow, "2");
    rolled_up(kYesterday);
    for (const char* id : {"stays", "goes", "idles"}) {
        player(id, kYesterday - days(1) + hours(2), kNow);
    }
    player("came back after a week", kYesterday - days(7), kYesterday);
    player("of the first day", kYesterday - days(8) + hours(1), kYesterday);
    player("always there", kYesterday - days(8) + hours(1), kYesterday);
    day("stays", kYesterday);
    day("idles", kYesterday, 0);
    day("goes", kYesterday - days(1));
    day("came back after a week", kYesterday - days(7));
    day("came back after a week", kYesterday);
    day("of the first day", kYesterday - days(8));
    day("of the first day", kYesterday);
    day("always there", kYesterday - days(2));
    day("always there", kYesterday);
    const Engagement known = engagement();
    EXPECT_EQ(known.day, kYesterday);
    ASSERT_TRUE(known.retention[0]);
    EXPECT_EQ(known.retention[0]->players, 3);
    EXPECT_EQ(known.retention[0]->returned, 1);
    ASSERT_TRUE(known.retention[1]);
    EXPECT_EQ(known.retention[1]->players, 1);
    EXPECT_EQ(known.retention[1]->returned, 1);
    EXPECT_FALSE(known.retention[2]);
    EXPECT_EQ(known.returning, 1) << "of the first day: not on any of seven days, and known before";
}

class EconomyOfAWorld : public StoredWorld {};

TEST_F(EconomyOfAWorld, IsUnknownWhereNothingWasRead) {
    const std::string unknown =
        R"({"stock":null,"collected":null,"spent":null,"joined":null,"left":null,"last_24_hours":{"collected":null,)"
        R"("spent":null,"joined":null,"left":null},"gini":null,"top_1_percent_share":null})";
    EXPECT_EQ(encode(economy(), kNow),
              "{\"gold\":" + unknown + ",\"spice\":" + unknown +
                  R"(,"players":null,"dwellings":{"total":null,"by_level":null},"resources_tick":null,)"
                  R"("dwellings_tick":null,"timestamp":"2025-12-08T12:00:00.000Z"})");
}

TEST_F(EconomyOfAWorld, TellsStockFlowsAndShares) {
    for (const std::string resource : {"gold", "spice"}) {
        metric(resource, kNow - hours(30), "7");
        metric(resource, kNow, "12345678901234567890.25");
        metric(resource + "_collected", kNow - hours(30), "5");
        metric(resource + "_collected", kNow, "12.5");
        metric(resource + "_left", kNow, "3");
    }
    server_.run("update gameplay_metrics set value = 42 where metric = 'spice_left'");
    metric("dwellings", kNow, "12");
    metric("dwellings.10", kNow, "2");
    metric("dwellings.2", kNow, "10");
    for (const auto& [id, gold] : {std::pair("a", "0"), {"b", "0"}, {"c", "0"}, {"d", "8"}}) {
        player(id, kNow, kNow, gold);
    }
    player("not in resources", kNow, kNow);
    const Economy known = economy();
    EXPECT_EQ(known.gold.stock, "12345678901234567890.25");
    EXPECT_EQ(known.gold.total.collected, "12.5");
    EXPECT_FALSE(known.gold.total.spent);
    EXPECT_EQ(known.gold.last_24_hours.collected, "7.5");
    EXPECT_FALSE(known.gold.last_24_hours.left) << "its value a day ago is not known";
    EXPECT_EQ(known.gold.gini, "0.75") << "one of four has all";
    EXPECT_EQ(known.gold.top_1_percent_share, "1");
    EXPECT_EQ(known.gold.total.left, "3");
    EXPECT_EQ(known.spice.total.left, "42");
    EXPECT_FALSE(known.spice.gini) << "nobody has any";
    EXPECT_EQ(known.players, 4);
    EXPECT_EQ(known.dwellings, "12");
    EXPECT_EQ(known.by_level, (std::vector<std::pair<int, std::string>>{{2, "10"}, {10, "2"}}));
}

TEST_F(EconomyOfAWorld, OfEqualPlayersIsEqual) {
    metric("gold", kNow, "0");
    server_.run(
        "insert into player_current select 'default', 'p' || i, now(), now(), null, true, true, true, 1, 1, '{}', 1, 5,"
        " 5, 0, 0, null from generate_series(1, 200) i");
    const Economy known = economy();
    EXPECT_EQ(known.gold.gini, "0");
    EXPECT_EQ(known.gold.top_1_percent_share, "0.01") << "two of two hundred";
    EXPECT_FALSE(known.gold.last_24_hours.collected) << "the world was first seen now";
}

}  // namespace
}  // namespace watchtower::gateway
