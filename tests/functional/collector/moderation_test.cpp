#include <nlohmann/json.hpp>

#include "proto-json/review.hpp"
#include "tests/functional/collector/watched_game.hpp"
#include "tests/support/task_desk.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using proto::Decision;

/// A collector that watches a game in which some cheat and nobody leaves.
class CollectorModeration : public WatchedGame {
protected:
    Service::Options options() const {
        auto options = collector_options();
        options.environment["CCC_API_URL"] = game_.url();
        options.environment["MODERATION_MOST_GOLD"] = "4000";
        options.environment["MODERATION_MOST_LEVELS"] = "5";
        return options;
    }

    void cheat(const std::string& query) {
        const auto answer = game_.post("/admin/cheat?" + query);
        ASSERT_EQ(answer.status, 200) << answer.body;
    }

    /// Lets ten minutes of the game go by until those are the suspects: "player1 gold open".
    testing::AssertionResult suspects_are(const std::string& expected) {
        return eventually(
            seconds(30),
            [&] {
                game_.step(600);
                return another_tick_is_stored() && suspects() == expected;
            },
            [&] { return suspects(); });
    }
    [[nodiscard]] std::string suspects() const {
        return postgres_.ask(
            "select string_agg(player_id || ' ' || kind || ' ' || state, ', ' order by player_id) from suspects");
    }

    [[nodiscard]] std::string truth_of_cheaters() {
        const json truth = json::parse(game_.truth());
        std::map<std::string, std::string> cheaters;
        for (const json& cheater : truth.at("cheaters")) {
            cheaters[cheater.at("player_id")] = cheater.at("kind");
        }
        std::string text;
        for (const auto& [player, kind] : cheaters) {
            text.append(text.empty() ? "" : ", ").append(player).append(" ").append(kind).append(" open");
        }
        return text;
    }

    [[nodiscard]] std::size_t open_alerts() const {
        const auto alerts = stored().alerts;
        return static_cast<std::size_t>(std::count_if(
            alerts.begin(), alerts.end(), [](const auto& alert) { return alert.type == "suspect_player"; }));
    }

    proto::Task review(const std::string& player, Decision decision) {
        const proto::Review review{player, decision, std::nullopt, "looked at it"};
        return desk_.finished(desk_.queue(proto::kReviewTask, SystemClock().now(), encode(review)));
    }

    Simulator game_{{.flags = {{"sim-players", "40"}, {"sim-warmup", "600"}, {"sim-churn", "0"}}}};
    TaskDesk desk_{redis_.url()};
};

TEST_F(CollectorModeration, AccusesWhoCheatsUntilModeratorsSaySomethingElse) {
    Service collector("collector", options());
    ASSERT_TRUE(another_tick_is_stored());
    EXPECT_EQ(suspects(), "");
    ASSERT_NO_FATAL_FAILURE(cheat("kind=gold&players=1&percent=100"));
    ASSERT_NO_FATAL_FAILURE(cheat("kind=levels&players=1&percent=100"));
    ASSERT_TRUE(suspects_are(truth_of_cheaters()));
    EXPECT_TRUE(eventually(seconds(15), [&] { return open_alerts() == 2; }));
    const std::string rich = postgres_.ask("select player_id from suspects where kind = 'gold'");
    const std::string high = postgres_.ask("select player_id from suspects where kind = 'levels'");

    EXPECT_EQ(review(rich, Decision::dismissed).state, proto::TaskState::done);
    EXPECT_EQ(review(high, Decision::confirmed).state, proto::TaskState::done);
    const std::string reviewed =
        "select string_agg(kind || ' ' || state, ', ' order by kind) from suspects where note = 'looked at it'";
    EXPECT_EQ(postgres_.ask(reviewed), "gold dismissed, levels confirmed");
    EXPECT_TRUE(eventually(seconds(15), [&] { return open_alerts() == 0; }));
    collector.kill();
    collector.start();
    for (int i = 0; i < 3; ++i) {
        game_.step(600);
        ASSERT_TRUE(another_tick_is_stored());
    }
    EXPECT_EQ(postgres_.ask(reviewed), "gold dismissed, levels confirmed") << "as it was";
    EXPECT_EQ(open_alerts(), 0U);
    EXPECT_EQ(postgres_.ask("select count(*) = max(number) from suspect_log"), "t");
    EXPECT_EQ(postgres_.ask("select message->>'suspect_ids' from suspect_log where kind = 'gold' order by number desc"
                            " limit 1"),
              "[]");
    EXPECT_EQ(postgres_.ask("select message->>'suspect_ids' from suspect_log where kind = 'levels' order by number "
                            "desc limit 1"),
              "[\"" + high + "\"]");

    EXPECT_EQ(review(rich, Decision::reopened).state, proto::TaskState::done);
    EXPECT_TRUE(eventually(seconds(15), [&] {
        game_.step(600);
        return another_tick_is_stored() && open_alerts() == 1;
    })) << "it goes on";
}

TEST_F(CollectorModeration, FailsReviewsOfWhoIsNoSuspect) {
    const Service collector("collector", options());
    ASSERT_TRUE(another_tick_is_stored());
    const proto::Task task = review("player1", Decision::dismissed);
    EXPECT_EQ(task.state, proto::TaskState::failed);
    EXPECT_EQ(task.error, "player 'player1': no suspect");
    const proto::Task broken = desk_.finished(desk_.queue(proto::kReviewTask, SystemClock().now(), "{}"));
    EXPECT_EQ(broken.state, proto::TaskState::failed);
    EXPECT_EQ(broken.error.value_or("").find("review."), 0U) << encode(broken);
}

}  // namespace
}  // namespace watchtower::test
