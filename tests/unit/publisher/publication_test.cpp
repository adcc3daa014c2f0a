#include "services/publisher/publication.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto-json/suspect.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::publisher {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::Pair;

const TimePoint kMinute = parse_rfc3339("2025-12-08T12:34:00Z");
constexpr std::size_t kMaxPayload = 1 << 20;

Publication publication(const proto::State& state, bool late = false, std::size_t max_payload = kMaxPayload) {
    return make_publication({state, kMinute, "metrics.watchtower", late}, max_payload);
}

proto::State state_with_players(std::size_t count) {
    auto state = test::sample_state("default", kMinute);
    state.players = count + 7;
    state.document.nomads->by_player.clear();
    state.document.resources->by_player.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const std::string player = "player" + std::to_string(i);
        state.document.nomads->by_player.push_back({player, {{"move", 1}}});
        state.document.resources->by_player.push_back({player, proto::Amount::units(1), {}});
    }
    return state;
}

TEST(MakePublication, CarriesTheDocumentAsItWasStored) {
    auto state = test::sample_state("default", kMinute);
    const auto message = publication(state);
    EXPECT_EQ(message.subject, "metrics.watchtower");
    EXPECT_EQ(message.body, encode(state.document));
    EXPECT_THAT(message.headers,
                ElementsAre(Pair("Nats-Msg-Id", "metrics.watchtower:1765197240"),
                            Pair("Watchtower-World", "default"),
                            Pair("Watchtower-Tick", "1765197240")));
}

TEST(MakePublication, SaysOnlyWhatTheStateSaysIsStale) {
    auto state = test::sample_state("default", kMinute);
    state.sections[proto::index(proto::Section::pvp)].error = proto::SectionError::timeout;
    const auto document = proto::decode_document(publication(state).body);
    EXPECT_EQ(document, document_at(state, kMinute));
    EXPECT_TRUE(document.stale[proto::index(proto::Section::pvp)]);
    EXPECT_FALSE(document.stale[proto::index(proto::Section::nomads)]);
}

TEST(MakePublication, SaysOfALateDocumentThatTheCollectorIsDown) {
    const auto state = test::sample_state("default", kMinute - minutes(1));
    const auto message = publication(state, true);
    const auto document = proto::decode_document(message.body);
    for (const proto::Section section : proto::kSections) {
        const auto& stale = document.stale[proto::index(section)];
        ASSERT_TRUE(stale) << to_text(section);
        EXPECT_EQ(stale->error, proto::SectionError::collector_down);
        EXPECT_EQ(stale->since, state.timestamp);
    }
    EXPECT_EQ(document.timestamp, state.timestamp);
    EXPECT_EQ(message.headers[0].second, "metrics.watchtower:1765197240") << "the publication's time";
    EXPECT_EQ(message.headers[2].second, "1765197180") << "the document's tick";
}

TEST(MakePublication, SaysWhichPublicationTimeAndWorldOnEverySubject) {
    const std::string subject = "metrics.watchtower.worlds.desert";
    const auto message = make_publication({test::sample_state("desert", kMinute), kMinute, subject}, kMaxPayload);
    EXPECT_EQ(message.subject, subject);
    EXPECT_EQ(message.headers[0].second, subject + ":1765197240");
    EXPECT_EQ(message.headers[1].second, "desert");
}

TEST(MakePublication, MarksWhatIsMadeUpFor) {
    const auto state = test::sample_state("default", kMinute);
    const auto message = make_publication({state, kMinute, "metrics.watchtower", false, true}, kMaxPayload);
    EXPECT_THAT(message.headers, testing::Contains(Pair("Watchtower-Replayed", "true")));
    EXPECT_EQ(message.headers[0], publication(state).headers[0]) << "the id is that of its time";
    EXPECT_EQ(message.body, publication(state).body);
}

TEST(PublicationOf, ReadsBackWhatWasSent) {
    const auto sent = publication(test::sample_state("default", kMinute));
    EXPECT_EQ(publication_of({sent.subject, sent.body, sent.headers}), kMinute);
    EXPECT_EQ(publication_of({"metrics.other", sent.body, sent.headers}), std::nullopt) << "not of this subject";
    EXPECT_EQ(publication_of({sent.subject, "{}", {}}), std::nullopt);
    EXPECT_EQ(publication_of({sent.subject, "{}", {{"Nats-Msg-Id", sent.subject + ":soon"}}}), std::nullopt);
}

TEST(MakePublication, MarksASimulatedWorld) {
    auto state = test::sample_state("default", kMinute);
    state.simulated = true;
    EXPECT_THAT(publication(state).headers, testing::Contains(Pair("Watchtower-Simulated", "true")));
}

TEST(MakePublication, LeavesPlayersOutUntilTheServerTakesIt) {
    const auto state = state_with_players(500);
    const std::size_t full = publication(state).body.size();
    for (const std::size_t max_payload : {full + 10, full / 2, full / 10, std::size_t(900)}) {
        const auto message = publication(state, false, max_payload);
        std::size_t bytes = message.body.size() + 12;
        for (const auto& [name, value] : message.headers) {
            bytes += name.size() + value.size() + 4;
        }
        EXPECT_LE(bytes, max_payload);
        const auto document = proto::decode_document(message.body);
        const std::size_t listed = document.nomads->by_player.size();
        EXPECT_EQ(document.resources->by_player.size(), listed);
        EXPECT_LT(listed, 500U);
        EXPECT_EQ(document.players, 507U);
        EXPECT_EQ(document.nomads->total_nomads, 42U) << "figures cover every player";
        EXPECT_EQ(document.nomads->by_player.front().first, "player0");
    }
}

TEST(EncodeWithin, LeavesNoMoreOutThanItMust) {
    const auto document = state_with_players(100).document;
    for (std::size_t limit = 700; limit < encode(document).size(); limit += 97) {
        const std::string text = encode_within(document, 100, limit);
        EXPECT_LE(text.size(), limit);
        const auto listed = proto::decode_document(text).nomads->by_player.size();
        auto longer = document;
        longer.players = 100;
        longer.nomads->by_player.resize(listed + 1);
        longer.resources->by_player.resize(listed + 1);
        EXPECT_GT(encode(longer).size(), limit) << "one more player would have fitted";
    }
}

TEST(EncodeWithin, LeavesAloneWhatFits) {
    const auto document = state_with_players(10).document;
    EXPECT_EQ(encode_within(document, 10, encode(document).size()), encode(document));
}

TEST(EncodeWithin, KeepsTheNumberOfPlayersThatTheDocumentHas) {
    auto document = state_with_players(10).document;
    document.players = 5'000;
    EXPECT_EQ(proto::decode_document(encode_within(document, 10, 700)).players, 5'000U);
}

TEST(EncodeWithin, CopesWithSectionsThatWereNeverCollected) {
    auto document = state_with_players(100).document;
    document.resources.reset();
    EXPECT_LE(encode_within(document, 100, 1'000).size(), 1'000U);
    document.nomads.reset();
    EXPECT_EQ(encode_within(document, 100, 10), [&] {
        document.players = 100;
        return encode(document);
    }()) << "nothing left to leave out";
}

TEST(MakeSuspectsPublication, CarriesTheSetAsItWasLogged) {
    auto state = test::sample_state("default", kMinute + minutes(5));
    state.simulated = true;
    const std::string body = R"({"suspect_ids":["b","a"],"comment":"2 players"})";
    const auto message = make_suspects_publication(body, state, kMinute, "ccc.watchtower.suspect_moves", kMaxPayload);
    EXPECT_EQ(message.subject, "ccc.watchtower.suspect_moves");
    EXPECT_EQ(message.body, body);
    EXPECT_THAT(message.headers,
                ElementsAre(Pair("Nats-Msg-Id", "ccc.watchtower.suspect_moves:1765197240"),
                            Pair("Watchtower-World", "default"),
                            Pair("Watchtower-Tick", "1765197240"),
                            Pair("Watchtower-Simulated", "true")));
}

TEST(MakeSuspectsPublication, LeavesPlayersOutWhereTheServerTakesNoMore) {
    proto::SuspectSet set{.suspect_ids = {}, .comment = "many"};
    for (int i = 0; i < 100; ++i) {
        set.suspect_ids.push_back("player" + std::to_string(i));
    }
    const auto message =
        make_suspects_publication(encode(set), test::sample_state("default", kMinute), kMinute, "s", 700);
    EXPECT_LE(message.body.size(), 700U);
    const auto sent = proto::decode_suspect_set(message.body);
    EXPECT_EQ(sent.suspect_ids, std::vector(set.suspect_ids.begin(), set.suspect_ids.begin() + 50));
    EXPECT_EQ(sent.comment, "many; 50 left out");
}

}  // namespace
}  // namespace watchtower::publisher
