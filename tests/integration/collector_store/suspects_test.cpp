#include "services/collector/store/suspects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"
#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/town.hpp"

namespace watchtower::collector {
namespace {

using proto::Decision;
using proto::SuspectKind;
using proto::SuspectState;
using test::Town;

/// A town whose ticks are stored.
class StoredSuspects : public testing::Test {
protected:
    StoredSuspects() {
        Store::migrate(client_);
        store_.register_worlds({"default"}, town_.game.now);
        town_.players["p\"\\\t7"] = {};
        keep_minute();
    }

    /// The tick of the next minute, not yet stored.
    TickWrite write_minute() {
        town_.live();
        for (const auto& [name, player] : town_.players) {
            town_.game.nomad(name, {{"move", player.actions}}, player.nomads);
            town_.game.balance(name, std::to_string(player.gold).c_str(), "0");
            town_.game.dwelling(name, player.level);
        }
        Step step = town_.game.compare_with(town_.game.world);
        judge_suspects(town_.game.world, step, town_.rules);
        TickWrite write = tick_write(town_.game.world, step);
        town_.game.finish(step);
        return write;
    }
    void keep_minute() { ASSERT_EQ(store_.store(write_minute()), Store::Outcome::stored); }
    void keep_window() {
        for (int i = 0; i < 5; ++i) {
            keep_minute();
        }
    }

    void review(const std::string& player, Decision decision, std::optional<SuspectKind> kind = std::nullopt) {
        review_suspect(client_, "default", {player, decision, kind, "a note"}, town_.game.now);
    }

    std::string suspects() {
        return server_.ask(
            "select string_agg(player_id || ' ' || kind || ' ' || state || ' ' || active, ', ' order by player_id, "
            "kind) from suspects");
    }
    std::string log() {
        return server_.ask(
            "select string_agg(number || ' ' || kind || ' ' || (message->>'suspect_ids'), '; ' order by number) from "
            "suspect_log");
    }

    watchtower::test::PostgresServer server_;
    postgres::Client client_{{.url = server_.url()}};
    Store store_{client_};
    Town town_;
};

TEST_F(StoredSuspects, AreThereWithTheirEvidenceAndInTheLog) {
    town_.players["p\"\\\t7"].gold += 50'000;
    town_.players["p8"].gold += 90'000;
    keep_minute();
    EXPECT_EQ(suspects(), "p\"\\\t7 gold open true, p8 gold open true");
    EXPECT_EQ(log(), R"(1 gold ["p8","p\"\\\t7"])");
    const auto evidence =
        proto::decode_suspect_evidence(server_.ask("select evidence from suspects where player_id = 'p8'"));
    EXPECT_EQ(evidence, town_.suspicion("p8", SuspectKind::gold)->evidence);
    EXPECT_EQ(server_.ask("select message->>'comment' from suspect_log"), "2 players; new: p\"\\\t7, p8");
    keep_minute();
    EXPECT_EQ(server_.ask("select count(*) from suspect_log"), "1") << "the set is the same";
}

TEST_F(StoredSuspects, AreLoadedAsTheyWere) {
    town_.players["p7"].actions += 5'000;
    town_.players["p8"].level += 41;
    town_.players["p9"].level += 41;
    keep_minute();
    town_.players["p10"].actions += 700;  // too little for an accusation
    keep_minute();
    review("p8", Decision::dismissed);
    note_reviews(town_.game.world, {1, {{SuspectKind::levels, "p8", SuspectState::dismissed}}});
    const WorldMemory loaded = store_.load("default");
    const auto by_name = [](const WorldMemory& world) {
        std::map<std::pair<SuspectKind, std::string>, Watched> named;
        for (const auto& [key, watched] : world.moderation.watch) {
            named[{key.first, std::string(world.players.name(key.second))}] = watched;
        }
        return named;
    };
    EXPECT_EQ(by_name(loaded).size(), 4U);
    EXPECT_EQ(by_name(loaded), by_name(town_.game.world));
    EXPECT_EQ(loaded.moderation.reviews, 1U);
}

TEST_F(StoredSuspects, CoolDownAndLeaveTheSet) {
    town_.rules.outlier = 0;
    town_.players["p7"].actions += 5'000;
    keep_minute();
    town_.players["p8"].actions += 500;
    keep_minute();
    EXPECT_EQ(server_.ask("select count(*) from suspect_watch"), "2");
    for (int i = 0; i < 10; ++i) {
        keep_window();
    }
    EXPECT_EQ(suspects(), "p7 moves open false");
    EXPECT_EQ(log(), R"(1 moves ["p7"]; 2 moves [])");
    EXPECT_EQ(server_.ask("select message->>'comment' from suspect_log where number = 2"), "0 players; gone: p7");
    EXPECT_EQ(server_.ask("select count(*) from suspect_watch"), "0");
}

TEST_F(StoredSuspects, KeepWhatModeratorsSaidWhateverIsMeasured) {
    town_.players["p7"].actions += 5'000;
    town_.players["p8"].actions += 5'000;
    keep_minute();
    review("p7", Decision::dismissed, SuspectKind::moves);
    review("p8", Decision::confirmed);
    EXPECT_EQ(log(), R"(1 moves ["p7","p8"]; 2 moves ["p8"])");
    town_.players["p7"].actions += 50'000;
    town_.players["p8"].actions += 50'000;
    keep_minute();  // made by a collector that does not know of the reviews
    EXPECT_EQ(suspects(), "p7 moves dismissed true, p8 moves confirmed true");
    const auto news = store_.take_news();
    ASSERT_TRUE(news.reviewed);
    note_reviews(town_.game.world, *news.reviewed);
    keep_minute();
    EXPECT_FALSE(store_.take_news().reviewed);
    for (int i = 0; i < 12; ++i) {
        keep_window();
    }
    EXPECT_EQ(suspects(), "p7 moves dismissed true, p8 moves confirmed false");
    EXPECT_EQ(log(), R"(1 moves ["p7","p8"]; 2 moves ["p8"])") << "confirmed is confirmed";
    review("p7", Decision::reopened);
    EXPECT_EQ(log(), R"(1 moves ["p7","p8"]; 2 moves ["p8"]; 3 moves ["p8","p7"])") << "by score";
}

TEST_F(StoredSuspects, AreReviewedOnceHoweverOften) {
    town_.players["p7"].actions += 5'000;
    keep_minute();
    review("p7", Decision::dismissed);
    const std::string at = server_.ask("select reviewed_at from suspects");
    town_.game.now += std::chrono::minutes(1);
    review("p7", Decision::dismissed);
    EXPECT_EQ(server_.ask("select reviewed_at from suspects"), at);
    EXPECT_EQ(server_.ask("select note from suspects"), "a note");
    EXPECT_EQ(server_.ask("select reviews from worlds"), "1");
    EXPECT_EQ(server_.ask("select count(*) from suspect_watch"), "0");
}

TEST_F(StoredSuspects, WhoAreNoneCannotBeReviewed) {
    town_.players["p7"].actions += 5'000;
    keep_minute();
    const auto error = [this](const std::string& world, const std::string& player, std::optional<SuspectKind> kind) {
        try {
            review_suspect(client_, world, {player, Decision::dismissed, kind, {}}, town_.game.now);
        } catch (const BadInput& bad) {
            return std::string(bad.what());
        }
        return std::string();
    };
    EXPECT_EQ(error("default", "p8", {}), "player 'p8': no suspect");
    EXPECT_EQ(error("default", "p7", SuspectKind::gold), "player 'p7': no suspect of kind gold");
    EXPECT_EQ(error("other", "p7", {}), "world 'other': there is none");
    EXPECT_EQ(suspects(), "p7 moves open true");
}

TEST_F(StoredSuspects, SurviveTheOutboxFoldedOrNot) {
    town_.players["p7"].actions += 700;
    TickWrite older = write_minute();
    town_.players["p7"].actions += 5'000;
    TickWrite newer = write_minute();
    town_.players["p8"].actions += 5'000;
    const TickWrite newest = write_minute();
    const TickWrite folded = decode_tick_write(encode(fold(fold(std::move(older), std::move(newer)), newest)));
    ASSERT_EQ(store_.store(folded), Store::Outcome::stored);
    ASSERT_EQ(store_.store(folded), Store::Outcome::stored) << "once more does no harm";
    EXPECT_EQ(suspects(), "p7 moves open true, p8 moves open true");
    EXPECT_EQ(server_.ask("select count(*) from suspect_log"), "1");
    const WorldMemory loaded = store_.load("default");
    EXPECT_EQ(loaded.moderation.watch.size(), town_.game.world.moderation.watch.size());
}

TEST_F(StoredSuspects, WhoAreErasedAreNowhere) {
    town_.players["p7"].actions += 5'000;
    town_.players["p8"].actions += 5'000;
    keep_minute();
    client_.transaction([](pqxx::work& transaction) { EXPECT_EQ(erase_suspect(transaction, "default", "p7"), 3U); });
    EXPECT_EQ(suspects(), "p8 moves open true");
    EXPECT_EQ(log(), R"(1 moves ["p8"])");
    EXPECT_EQ(server_.ask("select count(*) from suspect_log where message::text like '%p7%'"), "0");
}

}  // namespace
}  // namespace watchtower::collector
