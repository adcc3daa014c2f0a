#include <gtest/gtest.h>

#include "common/http/gzip.hpp"
#include "proto-json/state.hpp"
#include "tests/functional/collector/scripted_game.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"

namespace watchtower::test {
namespace {

using proto::Section;
using proto::SectionError;
using std::chrono::seconds;

/// A collector that watches a game whose answers the test writes.
class ScriptedSource : public testing::Test {
protected:
    Service& collect(const std::string& interval = "0.4", const std::string& most_bytes = "1GiB") {
        collector_.emplace("collector",
                           Service::Options{.environment = {{"CCC_API_URL", game_.url()},
                                                            {"METRICS_COLLECTION_INTERVAL", interval},
                                                            {"CCC_MAX_BODY_BYTES", most_bytes},
                                                            {"DATABASE_URL", postgres_.url()},
                                                            {"REDIS_URL", redis_.url()},
                                                            {"NATS_URL", "nats://127.0.0.1:1"}},
                                            .listener = "management-port",
                                            .wait_for = "/ready"});
        return *collector_;
    }

    [[nodiscard]] proto::State stored() const {
        return proto::decode_state(postgres_.ask("select state from snapshots order by tick desc limit 1"));
    }

    /// Waits until a stored state is as it should be, and for `more` ticks after it, in all of which it must stay so.
    template <typename Condition>
    testing::AssertionResult stays(const Condition& condition, const std::string& more = "2") {
        const auto last = [this] { return collector_->output() + "\n" + encode(stored()); };
        if (auto reached = eventually(
                seconds(20), [&] { return condition(stored()); }, last);
            !reached) {
            return reached;
        }
        const std::string tick = postgres_.ask("select max(tick) from snapshots");
        if (auto passed = eventually(seconds(20),
                                     [&] {
                                         return postgres_.ask("select count(*) >= " + more +
                                                              " from snapshots where tick > '" + tick + "'") == "t";
                                     });
            !passed) {
            return passed;
        }
        return condition(stored()) ? testing::AssertionSuccess() : testing::AssertionFailure() << last();
    }

    testing::AssertionResult fails_as(Section section, SectionError error) {
        return eventually(seconds(20), [&] {
            const auto stale = stored().document.stale[proto::index(section)];
            return stale && stale->error == error;
        });
    }

    PostgresServer postgres_;
    RedisServer redis_;
    ScriptedGame game_;
    std::optional<Service> collector_;
};

std::string combats(int first, int last, const std::string& next = "") {
    std::string body = "{";
    body += next.empty() ? "" : R"("next":"/combat/stats?page=)" + next + "\",";
    body += R"("combats":[)";
    for (int id = first; id <= last; ++id) {
        body += (id == first ? "" : ",") + (R"({"id":)" + std::to_string(id)) + R"(,"success":true})";
    }
    return body + "]}";
}

TEST_F(ScriptedSource, MayHaveThousandsOfPages) {
    constexpr int kPages = 2'000;
    game_.answer("/combat/stats", [](const std::string& page) {
        const int number = page.empty() ? 0 : std::stoi(page);
        return http::Reply::json(
            combats(2 * number, 2 * number + 1, number + 1 < kPages ? std::to_string(number + 1) : ""));
    });
    collect("5");
    EXPECT_TRUE(stays([](const proto::State& state) { return state.totals.attacks == 2UL * kPages; }, "1"));
}

TEST_F(ScriptedSource, CountsEntriesOnceThatSlideFromPageToPageWhileTheyAreRead) {
    // One more entry at each request, so that a page repeats the last entry of the one before.
    game_.answer("/combat/stats", [newest = 30](const std::string& page) mutable {
        newest = std::min(newest + 1, 60);
        const int pages_before = page.empty() ? 0 : std::stoi(page);
        const int last = newest - 10 * pages_before;
        return http::Reply::json(
            combats(std::max(last - 9, 1), last, last > 10 ? std::to_string(pages_before + 1) : ""));
    });
    collect();
    EXPECT_TRUE(stays(
        [](const proto::State& state) { return state.totals.attacks == 60 && state.totals.attacks_successful == 60; }));
}

TEST_F(ScriptedSource, ReadsAPageAgainThatFailedBetweenOthers) {
    game_.answer("/combat/stats", [failures = 0](const std::string& page) mutable {
        if (page == "2" && failures++ % 2 == 0) {
            http::Reply reply = http::Reply::text("");
            reply.status = 503;
            return reply;
        }
        const int number = page.empty() ? 1 : std::stoi(page);
        return http::Reply::json(combats(number, number, number < 3 ? std::to_string(number + 1) : ""));
    });
    Service& collector = collect("2");
    EXPECT_TRUE(stays(
        [](const proto::State& state) {
            return state.totals.attacks == 3 && !state.document.stale[proto::index(Section::pvp)];
        },
        "1"));
    EXPECT_GE(
        collector.metric(R"(ccc_api_errors_total{endpoint="/combat/stats",error_type="server_error",world="default"})")
            .value_or(0),
        1);
}

TEST_F(ScriptedSource, FailsWhereALinkLeadsInACircleOrAway) {
    game_.answer("/combat/stats", combats(1, 2));
    game_.answer("/events", R"({"events":[{"type":"raid","id":1}]})");
    collect();
    const auto counted = [](const proto::State& state) { return state.totals.attacks == 2; };
    ASSERT_TRUE(stays(counted, "1"));
    game_.answer("/combat/stats",
                 [](const std::string& page) { return http::Reply::json(combats(3, 4, page == "a" ? "b" : "a")); });
    game_.answer("/events", R"({"events":[{"type":"raid","id":2}],"next":"//127.0.0.1/events"})");
    EXPECT_TRUE(fails_as(Section::pvp, SectionError::invalid_body));
    EXPECT_TRUE(fails_as(Section::events, SectionError::invalid_body));
    EXPECT_TRUE(stays(counted));
    EXPECT_EQ(stored().document.events->total, 1U);
    EXPECT_FALSE(stored().document.stale[proto::index(Section::nomads)]);
}

TEST_F(ScriptedSource, IsBoundedOverAllPagesAndAfterUnpacking) {
    const auto bomb = std::make_shared<const std::string>(http::gzip(combats(1, 1) + std::string(8'000'000, ' ')));
    game_.answer("/combat/stats", [bomb](const std::string& /*page*/) {
        return http::Reply::shared(bomb, "application/json").with("Content-Encoding", "gzip");
    });
    game_.answer("/events", [](const std::string& page) {
        const int number = page.empty() ? 0 : std::stoi(page);
        return http::Reply::json(R"({"events":[],"next":"/events?page=)" + std::to_string(number + 1) + "\"}" +
                                 std::string(100'000, ' '));
    });
    collect("0.5", "1MB");
    EXPECT_TRUE(fails_as(Section::pvp, SectionError::too_large));
    EXPECT_TRUE(fails_as(Section::events, SectionError::too_large));
    EXPECT_FALSE(stored().document.pvp);
    game_.answer("/combat/stats", [](const std::string& page) {
        const std::string text = page.empty() ? combats(1, 5, "2") : combats(5, 9);
        return http::Reply::shared(std::make_shared<const std::string>(http::gzip(text)), "application/json")
            .with("Content-Encoding", "gzip");
    });
    EXPECT_TRUE(stays([](const proto::State& state) { return state.totals.attacks == 9; }));
}

TEST_F(ScriptedSource, IsReadAsTheContractSaysToTheLastDecimal) {
    game_.answer(
        "/nomads",
        R"({"nomads":[{"player_id":7,"actions":{"move":9007199254740992}},{"player_id":"7","last_action":"dig"},)"
        R"({"player_id":"b","count":0,"action_type":"dig"},{"player_id":"c","count":9007199254740993},)"
        R"({"player_id":"d","count":-1},{"player_id":"e","actions":{"move":"3"}}]})");
    game_.answer("/resources",
                 R"({"players":[{"player_id":7,"gold":0.1234567,"spice":-0},{"player_id":"b","gold":1e-7,"spice":2e1},)"
                 R"({"player_id":"c","gold":"5","spice":1},{"player_id":"d","gold":1e30,"spice":1},)"
                 R"({"player_id":"f","gold":3},{"player_id":"f","gold":4}]})");
    game_.answer(
        "/dwellings",
        R"({"dwellings":[{"player_id":7,"level":"3"},{"player_id":"7","level":3.0},{"player_id":7,"level":0}]})");
    game_.answer("/combat/stats", R"({"combats":[{"id":1,"success":true},{"id":"1","success":false},{}]})");
    game_.answer(
        "/events",
        R"({"events":[{"type":"raid","affected_players":["a","b"]},{"type":"raid","affected_players":["b","c"]}]})");
    collect();
    ASSERT_TRUE(stays([](const proto::State& state) { return state.totals.attacks == 2; }, "1"));
    const proto::Document document = stored().document;
    EXPECT_EQ(document.nomads->total_nomads, 2U);
    EXPECT_EQ(document.nomads->by_action, (proto::Counts{{"move", 9007199254740992}, {"dig", 2}}));
    EXPECT_EQ(to_text(document.resources->total_gold), "4.123457");
    EXPECT_EQ(to_text(document.resources->total_spice), "20");
    EXPECT_EQ(document.dwellings->total, 1U);
    EXPECT_EQ(stored().totals.attacks_successful, 0U);
    EXPECT_EQ(document.events->total, 2U);
    EXPECT_EQ(stored().players, 3U);
    // Another raid on others in place of one of them, and in another order.
    game_.answer(
        "/events",
        R"({"events":[{"type":"raid","affected_players":["c","a"]},{"type":"raid","affected_players":["b","a"]}]})");
    EXPECT_TRUE(stays([](const proto::State& state) { return state.document.events->total == 3; }));
}

}  // namespace
}  // namespace watchtower::test
