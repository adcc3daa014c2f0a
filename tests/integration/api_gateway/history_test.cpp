#include <gmock/gmock.h>

#include "services/api-gateway/metric_history.hpp"
#include "services/api-gateway/player_history.hpp"
#include "tests/integration/collector_history/kept_world.hpp"

namespace watchtower::gateway {
namespace {

using collector::history::retire;
using collector::history::roll_up;
using collector::history::test::time;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

/// What is stored by a collector and rolled up by it, and asked for by a reader.
class Histories : public collector::history::test::KeptWorlds {
protected:
    /// "5 null 0.5": the points.
    std::string metric_of(const std::string& target,
                          const std::string& from,
                          const std::string& to,
                          std::optional<seconds> step = seconds(60)) {
        http::Request request;
        request.query = {{"metric", target}};
        const MetricHistory history = reader_.read([&](pqxx::read_transaction& transaction) {
            return query_metric_history(
                transaction, "default", kMetric.of(request), {time(from), time(to), step}, minutes(1));
        });
        step_ = history.steps.length;
        std::string text;
        for (const auto& point : history.points) {
            text += (text.empty() ? "" : " ") + point.value_or("null");
        }
        return text;
    }

    /// "12:00 gold=1 +3, …": what a player's points say, and what there was before.
    std::string player_of(const std::string& player, const std::string& from, const std::string& to, seconds step) {
        const auto history = reader_.read([&](pqxx::read_transaction& transaction) {
            return query_player_history(transaction, "default", player, {time(from), time(to), step}, minutes(1));
        });
        if (!history) {
            return "unknown";
        }
        std::string text = history->before ? to_rfc3339(history->before->time).substr(8, 8) +
                                                 " gold=" + history->before->values[2] + " |"
                                           : "|";
        for (const auto& point : history->points) {
            text += " " + to_rfc3339(point.levels.time).substr(8, 8) + " gold=" + point.levels.values[2] + " +" +
                    point.added[0] + "/" + point.added[2] + "/" + point.added[5];
        }
        return text;
    }

    void current(const std::string& player, const std::string& changed_at) {
        run("insert into player_current values ('default', '" + player + "', '2025-12-01', '" +
            to_rfc3339(time(changed_at)) + "', null, true, true, true, 2, 9, '{}', 9, 77, 5, 3, 4, null)");
    }

    postgres::Client reader_{{.url = server_.url("watchtower", "watchtower_reader")}};
    seconds step_{0};
};

TEST_F(Histories, ShowWhatALevelWasAndWhatACounterRoseBy) {
    tick("2025-12-08 12:00", "100");
    metric("2025-12-08 12:00", "gold", "5");
    tick("2025-12-08 12:01", "107");
    metric("2025-12-08 12:01", "gold", "3.250000");
    tick("2025-12-08 12:02", "107");
    metric("2025-12-08 12:02", "gold", "0");
    EXPECT_EQ(metric_of("gold", "2025-12-08 11:59", "2025-12-08 12:03"), "null 5 3.25 0");
    EXPECT_EQ(metric_of("actions", "2025-12-08 11:59", "2025-12-08 12:03"), "null 0 7 0")
        << "counted from the first sight on";
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:01", "2025-12-08 12:03"), "7 0") << "from the last value before";
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:00", "2025-12-08 12:02", seconds(120)), "7");
    EXPECT_EQ(metric_of("spice", "2025-12-08 12:00", "2025-12-08 12:02"), "null null") << "never collected";
    EXPECT_EQ(metric_of("attacks", "2025-12-08 12:00", "2025-12-08 12:02"), "null null");
}

TEST_F(Histories, DoNotInventWhatIsNotKnown) {
    tick("2025-12-08 12:00", "100");
    metric("2025-12-08 12:00", "gold", "5");
    tick("2025-12-08 12:01", "110");  // resources are stale
    tick("2025-12-08 12:05", "150");  // the collector was away
    metric("2025-12-08 12:05", "gold", "7");
    EXPECT_EQ(metric_of("gold", "2025-12-08 12:00", "2025-12-08 12:07"), "5 null null null null 7 null");
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:00", "2025-12-08 12:07"), "0 10 null null null 40 null")
        << "what was done meanwhile is told when it was seen";
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:03", "2025-12-08 12:07"), "null null 40 null");
}

TEST_F(Histories, CountFromNoughtWhatTheWorldDidNotHaveBefore) {
    tick("2025-12-08 12:00", "100");
    metric("2025-12-08 12:00", "actions.move", "100");
    tick("2025-12-08 12:01", "105");
    metric("2025-12-08 12:01", "actions.move", "102");
    metric("2025-12-08 12:01", "actions.build", "3");
    tick("2025-12-08 12:02", "106");
    metric("2025-12-08 12:02", "actions.move", "102");
    metric("2025-12-08 12:02", "actions.build", "4");
    const auto all = [this](const std::string& name) {
        return metric_of(name, "2025-12-08 12:00", "2025-12-08 12:03");
    };
    for (int pass = 0; pass < 2; ++pass) {
        EXPECT_EQ(all("actions.move"), "0 2 0");
        EXPECT_EQ(all("actions.build"), "0 3 1");
        EXPECT_EQ(all("actions.trade"), "0 0 0");
        EXPECT_EQ(metric_of("actions.build", "2025-12-08 12:00", "2025-12-08 13:00", hours(1)), "4");
        EXPECT_EQ(metric_of("actions.move", "2025-12-08 12:00", "2025-12-08 13:00", hours(1)), "2");
        (void)roll_up(client_, "default", time("2025-12-08 13:00"));
    }
}

TEST_F(Histories, ShowNoughtWhereALevelIsListedNoMore) {
    for (const auto& [minute, total, fives] : {std::tuple("00", "3", "2"), {"01", "1", ""}, {"59", "4", "1"}}) {
        const std::string at = std::string("2025-12-08 12:") + minute;
        tick(at);
        metric(at, "dwellings", total);
        if (*fives != '\0') {
            metric(at, "dwellings.5", fives);
        }
    }
    tick("2025-12-08 13:10");
    metric("2025-12-08 13:10", "dwellings", "3");
    metric("2025-12-08 13:10", "dwellings.5", "3");
    tick("2025-12-08 13:20");
    metric("2025-12-08 13:20", "dwellings", "0");
    for (int pass = 0; pass < 2; ++pass) {
        EXPECT_EQ(metric_of("dwellings.5", "2025-12-08 12:00", "2025-12-08 12:03"), "2 0 null");
        EXPECT_EQ(metric_of("dwellings.5", "2025-12-08 12:00", "2025-12-08 15:00", hours(1)), "1 0 null");
        (void)roll_up(client_, "default", time("2025-12-08 15:00"));
    }
}

TEST_F(Histories, AnswerTheSameBeforeAndAfterTheRollUpAndWithoutTheTicks) {
    int value = 100;
    for (int hour = 0; hour < 72; ++hour) {
        if (hour % 7 == 3) {
            continue;
        }
        for (const int minute : {0, 17, 59}) {
            char at[32];
            std::snprintf(at, sizeof at, "2025-12-%02d %02d:%02d", 8 + hour / 24, hour % 24, minute);
            tick(at, std::to_string(value += (hour * minute) % 11));
            if (hour % 5 != 2) {
                metric(at, "gold", std::to_string(value % 17));
            }
        }
    }
    const auto answers = [this] {
        std::string text;
        for (const char* name : {"actions", "gold"}) {
            text += metric_of(name, "2025-12-08 00:00", "2025-12-11 00:00", hours(1)) + "; " +
                    metric_of(name, "2025-12-08 05:30", "2025-12-11 02:30", hours(3)) + "; " +
                    metric_of(name, "2025-12-07 00:00", "2025-12-12 00:00", hours(24)) + "; ";
        }
        return text;
    };
    const std::string before = answers();
    EXPECT_THAT(before, HasSubstr(" null "));
    for (const char* now : {"2025-12-08 00:30", "2025-12-08 12:30", "2025-12-10 00:00", "2025-12-12 00:00"}) {
        (void)roll_up(client_, "default", time(now));
        EXPECT_EQ(answers(), before) << "rolled up at " << now;
    }
    EXPECT_EQ(retire(client_, time("2025-12-12 00:00"), {.raw_days = 1}).put_off.size(), 0U);
    EXPECT_EQ(ask("select count(*) from gameplay_metrics"), "0");
    EXPECT_EQ(answers(), before);
    tick("2025-12-12 00:00", std::to_string(value + 5));
    EXPECT_EQ(metric_of("actions", "2025-12-12 00:00", "2025-12-12 00:02"), "5 null") << "since the last hour";
}

TEST_F(Histories, ShowHoursWhereTheyAreAskedForByMinutesThatAreGone) {
    tick("2025-12-08 12:00", "100");
    tick("2025-12-08 12:30", "120");
    tick("2025-12-08 13:30", "130");
    tick("2025-12-10 12:00", "150");
    tick("2025-12-10 12:02", "151");
    (void)roll_up(client_, "default", time("2025-12-11"));
    (void)retire(client_, time("2025-12-11"), {.raw_days = 1});
    EXPECT_EQ(ask("select count(*) from gameplay_metrics"), "2");
    EXPECT_EQ(metric_of("actions", "2025-12-08 13:29", "2025-12-08 13:32"), "null 10 null");
    EXPECT_EQ(metric_of("actions", "2025-12-10 12:00", "2025-12-10 12:03"), "20 null 1") << "ticks where there are";
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:31", "2025-12-10 12:03", hours(24)), "30 null 21");
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:00", "2025-12-08 14:00", std::nullopt), "20 10");
    EXPECT_EQ(step_, hours(1));
    (void)metric_of("actions", "2025-12-10 12:00", "2025-12-10 14:00", std::nullopt);
    EXPECT_EQ(step_, minutes(1));
}

TEST_F(Histories, KeepMinutesInAWorldThatIsYoung) {
    tick("2025-12-08 12:00", "100");
    tick("2025-12-08 13:01", "130");
    (void)roll_up(client_, "default", time("2025-12-08 13:30"));
    (void)metric_of("actions", "2025-12-08 11:00", "2025-12-08 14:00", std::nullopt);
    EXPECT_EQ(step_, minutes(1)) << "nothing of it is gone";
}

TEST_F(Histories, DoNotKnowACountersRiseOnceItsBeginningIsGone) {
    tick("2025-12-08 12:00", "100");
    tick("2025-12-08 13:00", "130");
    (void)roll_up(client_, "default", time("2025-12-09"));
    run("delete from gameplay_hourly where hour = '2025-12-08 12:00Z'; delete from gameplay_metrics");
    EXPECT_EQ(metric_of("actions", "2025-12-08 13:00", "2025-12-08 14:00", hours(1)), "null");
    EXPECT_EQ(metric_of("actions", "2025-12-08 12:00", "2025-12-08 14:00", hours(1)), "null 30")
        << "within its whole life it is";
}

TEST_F(Histories, OfPlayersShowTheStepsWithChanges) {
    current("p", "2025-12-08 12:06");
    change("2025-12-08 11:00", "p", 9, "1");
    change("2025-12-08 12:00", "p", 3, "2");
    change("2025-12-08 12:01", "p", 4, "5.5");
    change("2025-12-08 12:05", "p", 0, "6");
    change("2025-12-08 12:03", "q", 50, "50");
    EXPECT_EQ(player_of("p", "2025-12-08 12:00", "2025-12-08 12:05", minutes(1)),
              "08T11:00 gold=1 | 08T12:00 gold=2 +3/2/0.5 08T12:01 gold=5.5 +4/5.5/0.5");
    EXPECT_EQ(player_of("p", "2025-12-08 12:00", "2025-12-08 13:00", hours(1)),
              "08T11:00 gold=1 | 08T12:00 gold=6 +7/13.5/1.5");
    EXPECT_EQ(player_of("p", "2025-12-08 10:00", "2025-12-08 11:00", hours(1)), "|");
    EXPECT_EQ(player_of("p", "2025-12-09 10:00", "2025-12-09 11:00", hours(1)), "08T12:06 gold=77 |") << "as he is now";
    EXPECT_EQ(player_of("nobody", "2025-12-08 12:00", "2025-12-08 13:00", hours(1)), "unknown");
    EXPECT_EQ(player_of("q", "2025-12-08 12:00", "2025-12-08 13:00", hours(1)), "unknown") << "erased since";
}

TEST_F(Histories, OfPlayersAreTheSameByDaysAndByTheirChanges) {
    current("p", "2025-12-10 12:00");
    for (const char* at : {"2025-12-08 12:00", "2025-12-08 13:00", "2025-12-09 01:00", "2025-12-10 12:00"}) {
        tick(at);
        change(at, "p", 3, "2");
    }
    const auto days = [this] { return player_of("p", "2025-12-07", "2025-12-11", hours(24)); };
    const std::string before = days();
    EXPECT_EQ(before, "| 08T00:00 gold=2 +6/4/1 09T00:00 gold=2 +3/2/0.5 10T00:00 gold=2 +3/2/0.5");
    for (const char* now : {"2025-12-09 12:00", "2025-12-10 12:00", "2025-12-11 00:00"}) {
        (void)roll_up(client_, "default", time(now));
        EXPECT_EQ(days(), before) << now;
    }
    (void)retire(client_, time("2025-12-11"), {.player_days = 1});
    EXPECT_EQ(ask("select count(*) from player_activity"), "1");
    EXPECT_EQ(days(), before);
    EXPECT_EQ(player_of("p", "2025-12-08 12:00", "2025-12-11", hours(1)),
              "| 08T13:00 gold=2 +6/4/1 09T01:00 gold=2 +3/2/0.5 10T12:00 gold=2 +3/2/0.5");
    EXPECT_EQ(player_of("p", "2025-12-10", "2025-12-11", hours(1)), "09T01:00 gold=2 | 10T12:00 gold=2 +3/2/0.5");
}

}  // namespace
}  // namespace watchtower::gateway
