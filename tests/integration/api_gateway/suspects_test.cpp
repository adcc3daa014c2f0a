#include "services/api-gateway/suspects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world_stores.hpp"

namespace watchtower::gateway {
namespace {

using proto::SuspectKind;
using proto::SuspectState;
using testing::ElementsAre;

class Suspects : public testing::Test {
protected:
    // Not bytewise by itself, as the databases of most people are.
    Suspects() { server_.run("alter table suspects alter player_id type text collate \"und-x-icu\""); }

    void add(const std::string& player,
             double score,
             const std::string& kind = "moves",
             const std::string& state = "open",
             const std::string& world = "default") {
        proto::SuspectEvidence evidence;
        evidence.value = 12;
        evidence.limit = 4;
        evidence.median = 1.5;
        evidence.mad = 0.5;
        evidence.players = 9;
        server_.run("insert into suspects values ('" + world + "', '" + kind + "', $p$" + player + "$p$, '" + state +
                    "', true, " + std::to_string(score) + ", $e$" + encode(evidence) +
                    "$e$, '2025-12-08T12:00:00.25Z', '2025-12-08T12:34:00Z', null, null)");
    }

    SuspectsPage ask(const SuspectsQuestion& question) {
        return client_.read([&](pqxx::read_transaction& transaction) { return query_suspects(transaction, question); });
    }

    /// "player/kind" of a whole list, read page by page.
    std::vector<std::string> walk(SuspectsQuestion question) {
        std::vector<std::string> all;
        for (;;) {
            const SuspectsPage page = ask(question);
            EXPECT_LE(page.suspects.size(), static_cast<std::size_t>(question.limit));
            for (const proto::Suspect& suspect : page.suspects) {
                all.push_back(suspect.player_id + "/" + std::string(to_text(suspect.kind)));
            }
            if (!page.next) {
                return all;
            }
            question.after = parse_cursor(encode_cursor(question, *page.next), question);
        }
    }

    bool knows(const std::string& player, std::optional<SuspectKind> kind = {}, const std::string& world = "default") {
        return client_.read(
            [&](pqxx::read_transaction& transaction) { return is_suspect(transaction, world, player, kind); });
    }

    watchtower::test::WorldStores stores_;
    const watchtower::test::PostgresServer& server_ = stores_.postgres;
    postgres::Client client_{{.url = stores_.reader_url()}};
};

TEST_F(Suspects, AreListedOnceInOneOrderWhateverThePage) {
    add("b", 2);
    add("Z", 2);
    add("\xC3\xA4", 2);
    add("a", 1.0 / 3);
    add("a", 2, "gold");
    add("a", 2, "levels");
    add("o'|clock", 7.25);
    add("elsewhere", 9, "moves", "open", "other");
    const std::vector<std::string> expected = {
        "o'|clock/moves", "Z/moves", "a/gold", "a/levels", "b/moves", "\xC3\xA4/moves", "a/moves"};
    for (const int limit : {1, 2, 3, 6, 7, 1000}) {
        EXPECT_EQ(walk({"default", {}, {}, limit, {}}), expected) << limit;
    }
}

TEST_F(Suspects, AreFilteredByStateAndKind) {
    add("a", 1);
    add("a", 2, "gold", "dismissed");
    add("b", 3, "gold", "confirmed");
    add("c", 4, "gold");
    EXPECT_THAT(walk({"default", SuspectState::open, {}, 1, {}}), ElementsAre("c/gold", "a/moves"));
    EXPECT_THAT(walk({"default", {}, SuspectKind::gold, 2, {}}), ElementsAre("c/gold", "b/gold", "a/gold"));
    EXPECT_THAT(walk({"default", SuspectState::confirmed, SuspectKind::gold, 5, {}}), ElementsAre("b/gold"));
    EXPECT_THAT(walk({"default", SuspectState::dismissed, SuspectKind::moves, 5, {}}), ElementsAre());
    EXPECT_TRUE(knows("a", SuspectKind::gold));
    EXPECT_TRUE(knows("a"));
    EXPECT_FALSE(knows("b", SuspectKind::moves));
    EXPECT_FALSE(knows("a", {}, "other"));
    EXPECT_FALSE(knows(std::string("a\0b", 3)));
    EXPECT_FALSE(knows("\xFF"));
}

TEST_F(Suspects, AreShownAsTheyStandInTheTable) {
    add("a", 3);
    server_.run("update suspects set reviewed_at = '2025-12-08T13:00:00Z', note = 'seen', active = false");
    const auto page = ask({"default", {}, {}, 1, {}});
    ASSERT_EQ(page.suspects.size(), 1U);
    EXPECT_EQ(encode(page, {"default", {}, {}, 1, {}}, parse_rfc3339("2025-12-08T14:00:00Z")),
              R"({"suspects":[{"player_id":"a","kind":"moves","state":"open","active":false,"score":3,"evidence":)"
              R"({"rule":"outlier","value":12,"limit":4,"median":1.5,"mad":0.5,"players":9,"actions":0,)"
              R"("from":"1970-01-01T00:00:00.000Z","until":"1970-01-01T00:00:00.000Z"},)"
              R"("opened_at":"2025-12-08T12:00:00.250Z","updated_at":"2025-12-08T12:34:00.000Z",)"
              R"("reviewed_at":"2025-12-08T13:00:00.000Z","note":"seen"}],"next":null,)"
              R"("timestamp":"2025-12-08T14:00:00.000Z"})");
}

}  // namespace
}  // namespace watchtower::gateway
