#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto-json/suspect.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

constexpr seconds kDeadline{60};
constexpr const char* kMoves = "ccc.watchtower.suspect_moves";

class PublishedSuspects : public testing::Test {
protected:
    PublishedSuspects() {
        stores_.nats.stop();
        stores_.nats.set_options({.jetstream = true});
        stores_.nats.start();
    }

    [[nodiscard]] Service start() const {
        return Service("publisher",
                       {.environment = {{"DATABASE_URL", stores_.reader_url()},
                                        {"REDIS_URL", stores_.redis.url()},
                                        {"NATS_URL", stores_.nats.url()},
                                        {"PUBLISH_INTERVAL", "1"}},
                        .listener = "management-port"});
    }

    /// As a tick's transaction does: the log gets an entry, and then there is a newer state. The entry's id.
    std::string change(const std::string& kind,
                       const std::vector<std::string>& ids,
                       const std::string& world = "default") {
        const auto number = ++numbers_[world];
        const TimePoint at = began_ + seconds(number);
        const std::string id = std::to_string(number);
        stores_.postgres.run("insert into suspect_log (world, number, kind, at, message) values ('" + world + "', " +
                             id + ", '" + kind + "', '" + to_rfc3339(at) + "', $text$" +
                             encode(proto::SuspectSet{ids, "of a test"}) + "$text$)");
        auto state = sample_state(world, began_ + seconds(600) + seconds(++ticks_));
        state.interval = seconds(1);
        stores_.put(state, world == "default" ? 0 : 1);
        return to_epoch_seconds(at);
    }

    /// "id: player player" of what the stream has on a subject.
    [[nodiscard]] std::vector<std::string> published(const std::string& subject) const {
        std::vector<std::string> sets;
        for (const auto& message : read_stream(stores_.nats.url(), "WATCHTOWER", subject)) {
            sets.push_back(header(message, "Nats-Msg-Id").substr(subject.size() + 1) + ":");
            for (const std::string& id : proto::decode_suspect_set(message.body).suspect_ids) {
                sets.back() += " " + id;
            }
        }
        return sets;
    }

    testing::AssertionResult reaches(std::size_t count, const std::string& subject = kMoves) const {
        return eventually(kDeadline, [&] { return published(subject).size() >= count; });
    }

    WorldStores stores_;
    std::map<std::string, int> numbers_;
    int ticks_ = 0;
    const TimePoint began_ = tick_at_or_before(SystemClock().now(), seconds(1));
};

TEST_F(PublishedSuspects, GoOutWheneverTheyAreOthersOnTheSubjectOfKindAndWorld) {
    const NatsInbox inbox(stores_.nats.url(), "ccc.watchtower.suspect_moves");
    const Service publisher = start();
    const std::string first = change("moves", {"a"});
    const std::string second = change("nomads_created", {"b", "a"});
    const std::string third = change("moves", {});
    const std::string further = change("moves", {"z"}, "north");
    ASSERT_TRUE(reaches(2));
    EXPECT_THAT(published(kMoves), ElementsAre(first + ": a", third + ":"));
    ASSERT_TRUE(reaches(1, "ccc.watchtower.suspect_nomads_created"));
    EXPECT_THAT(published("ccc.watchtower.suspect_nomads_created"), ElementsAre(second + ": b a"));
    ASSERT_TRUE(reaches(1, std::string(kMoves) + ".worlds.north"));
    EXPECT_THAT(published(std::string(kMoves) + ".worlds.north"), ElementsAre(further + ": z"));
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.messages().size() >= 2; }));
    const auto message = inbox.messages().front();
    EXPECT_EQ(header(message, "Watchtower-World"), "default");
    EXPECT_EQ(header(message, "Watchtower-Tick"), first);
    EXPECT_EQ(message.body, R"({"suspect_ids":["a"],"comment":"of a test"})");
}

TEST_F(PublishedSuspects, AreNeitherLostNorRepeatedOverAKill) {
    Service publisher = start();
    std::vector<std::string> expected = {change("moves", {"first"}) + ": first"};
    ASSERT_TRUE(reaches(1));
    publisher.kill();
    for (int i = 0; i < 50; ++i) {
        const std::string player = "p" + std::to_string(i);
        expected.push_back(change("moves", {player}) + ": " + player);
    }
    const NatsInbox inbox(stores_.nats.url(), kMoves);
    publisher.start();
    ASSERT_TRUE(reaches(51));
    EXPECT_EQ(published(kMoves), expected);
    std::set<std::string> ids;
    for (const auto& message : inbox.messages()) {
        EXPECT_TRUE(ids.insert(header(message, "Nats-Msg-Id")).second);
    }
    EXPECT_FALSE(ids.contains(std::string(kMoves) + ":" + expected.front().substr(0, expected.front().find(':'))))
        << "that one was out already";
}

TEST_F(PublishedSuspects, ComeWithTheSameIdWhenRedisForgotWhichWereOut) {
    Service publisher = start();
    const std::string first = change("moves", {"a"});
    ASSERT_TRUE(reaches(1));
    publisher.kill();
    stores_.redis.kill();
    stores_.redis.start();
    const NatsInbox inbox(stores_.nats.url(), kMoves);
    publisher.start();
    const std::string second = change("moves", {"b"});
    ASSERT_TRUE(reaches(2));
    EXPECT_THAT(published(kMoves), ElementsAre(first + ": a", second + ": b")) << "the stream knows the repeat";
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.messages().size() >= 2; }));
    EXPECT_EQ(header(inbox.messages().front(), "Nats-Msg-Id"), std::string(kMoves) + ":" + first);
}

TEST_F(PublishedSuspects, WaitForNats) {
    const Service publisher = start();
    const std::string first = change("moves", {"a"});
    ASSERT_TRUE(reaches(1));
    stores_.nats.kill();
    const std::string second = change("moves", {"a", "b"});
    const std::string third = change("moves", {"b"});
    stores_.nats.start();
    ASSERT_TRUE(reaches(3));
    EXPECT_THAT(published(kMoves), ElementsAre(first + ": a", second + ": a b", third + ": b"));
}

TEST_F(PublishedSuspects, OfAnEntryThatCannotBeReadHoldUpNothing) {
    const Service publisher = start();
    const std::string first = change("moves", {"a"});
    ASSERT_TRUE(reaches(1));
    change("mo ves", {"a"});  // no such subject can be
    const std::string third = change("moves", {"b"});
    ASSERT_TRUE(reaches(2));
    EXPECT_THAT(published(kMoves), ElementsAre(first + ": a", third + ": b"));
}

}  // namespace
}  // namespace watchtower::test
