#include <csignal>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto-json/document.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/promtool.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kDeadline{60};

class Publisher : public testing::Test {
protected:
    [[nodiscard]] Service start() const {
        return Service("publisher",
                       {.environment = {{"DATABASE_URL", stores_.reader_url()},
                                        {"REDIS_URL", stores_.redis.url()},
                                        {"NATS_URL", stores_.nats.url()},
                                        {"PUBLISH_INTERVAL", "1"}},
                        .listener = "management-port"});
    }

    /// A state collected each second, of a tick so far ahead that it is in time for all publications of a test.
    static proto::State state_ahead(const std::string& world = "default", seconds ahead = seconds(600)) {
        proto::State state = sample_state(world, tick_at_or_before(SystemClock().now(), seconds(1)) + ahead);
        state.interval = seconds(1);
        return state;
    }

    /// Waits for a message with this body that was published after the call.
    static testing::AssertionResult arrives(const NatsInbox& inbox, const std::string& body) {
        const std::size_t before = inbox.messages().size();
        return eventually(
            kDeadline,
            [&] {
                const auto messages = inbox.messages();
                return messages.size() > before && messages.back().body == body;
            },
            [&] {
                const auto last = inbox.newest();
                return last ? last->body : "nothing";
            });
    }

    static testing::AssertionResult shows(Service& publisher, const std::string& text) {
        std::string last;
        return eventually(
            kDeadline,
            [&] {
                last = publisher.get("/metrics").body;
                return last.find(text) != std::string::npos;
            },
            [&] { return last; });
    }

    /// Waits for a counter of the default world to reach `least`.
    static testing::AssertionResult counts(Service& publisher, const std::string& series, int least) {
        std::string last;
        return eventually(
            kDeadline,
            [&] {
                last = publisher.get("/metrics").body;
                const std::size_t at = last.find(series + " ");
                return at != std::string::npos && std::stoi(last.substr(at + series.size())) >= least;
            },
            [&] { return last; });
    }

    static constexpr const char* kFailed = R"(watchtower_publications_total{result="failed",world="default"})";
    static constexpr const char* kPublished = R"(watchtower_publications_total{result="published",world="default"})";

    WorldStores stores_;
};

TEST_F(Publisher, PublishesTheDocumentAtEachInterval) {
    const NatsInbox inbox(stores_.nats.url(), "metrics.>");
    const auto state = state_ahead();
    stores_.put(state);
    Service publisher = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.messages().size() >= 3; }));
    std::set<std::string> ids;
    for (const auto& message : inbox.messages()) {
        EXPECT_EQ(message.subject, "metrics.watchtower");
        EXPECT_EQ(message.body, encode(state.document));
        EXPECT_EQ(header(message, "Watchtower-World"), "default");
        EXPECT_EQ(header(message, "Watchtower-Tick"), to_epoch_seconds(state.tick));
        EXPECT_EQ(header(message, "Watchtower-Simulated"), "");
        const std::string id = header(message, "Nats-Msg-Id");
        EXPECT_TRUE(id.starts_with("metrics.watchtower:")) << id;
        EXPECT_TRUE(ids.insert(id).second) << "published twice: " << id;
    }
    EXPECT_TRUE(counts(publisher, kPublished, 3));
    EXPECT_TRUE(shows(publisher, std::string(kFailed) + " 0\n"));
    EXPECT_TRUE(promtool_accepts(publisher.get("/metrics").body));
}

TEST_F(Publisher, PublishesEveryWorldOnItsSubject) {
    const NatsInbox inbox(stores_.nats.url(), "metrics.>");
    auto first = state_ahead("alpha");
    auto second = state_ahead("beta");
    second.simulated = true;
    stores_.put(first, 0);
    stores_.put(second, 1);
    const Service publisher = start();
    const auto of_second = [](const nats::Message& m) { return m.subject == "metrics.watchtower.worlds.beta"; };
    const auto of_first = [](const nats::Message& m) { return m.subject == "metrics.watchtower"; };
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.newest(of_first) && inbox.newest(of_second); }));
    EXPECT_EQ(header(*inbox.newest(of_first), "Watchtower-World"), "alpha");
    EXPECT_EQ(header(*inbox.newest(of_second), "Watchtower-World"), "beta");
    EXPECT_EQ(header(*inbox.newest(of_second), "Watchtower-Simulated"), "true");
}

TEST_F(Publisher, PublishesNothingOfAWorldWithoutAState) {
    stores_.postgres.run("insert into worlds (world, position, first_seen) values ('default', 0, now())");
    const NatsInbox inbox(stores_.nats.url(), "metrics.>");
    Service publisher = start();
    EXPECT_EQ(publisher.get("/ready").status, 503);
    ASSERT_TRUE(shows(publisher, "watchtower_dependency_up{dependency=\"postgres\"} 1\n"));
    const auto state = state_ahead();
    stores_.put(state);
    ASSERT_TRUE(arrives(inbox, encode(state.document)));
    EXPECT_EQ(publisher.get("/ready").status, 200);
    EXPECT_EQ(inbox.messages().front().body, encode(state.document)) << "and nothing before it";
}

TEST_F(Publisher, SaysThatTheCollectorIsDownWhenNoStateComes) {
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    auto state = state_ahead("default", seconds(-60));
    stores_.put(state);
    Service publisher = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return !inbox.messages().empty(); }));
    const auto document = proto::decode_document(inbox.messages().front().body);
    ASSERT_TRUE(document.stale[0]);
    EXPECT_EQ(document.stale[0]->error, proto::SectionError::collector_down);
    EXPECT_EQ(document.nomads, state.document.nomads);
    EXPECT_TRUE(shows(publisher, "watchtower_late_publications_total{world=\"default\"} "));
    const auto newer = state_ahead();
    stores_.put(newer);
    EXPECT_TRUE(arrives(inbox, encode(newer.document)));
}

TEST_F(Publisher, GoesOnAfterNatsWasAwayAndTellsWhatWaited) {
    const auto state = state_ahead();
    stores_.put(state);
    Service publisher = start();
    ASSERT_TRUE(counts(publisher, kPublished, 1));
    stores_.nats.kill();
    ASSERT_TRUE(counts(publisher, R"(watchtower_publication_backlog{world="default"})", 2));
    stores_.nats.start();
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    EXPECT_TRUE(arrives(inbox, encode(state.document)));
    EXPECT_TRUE(counts(publisher, R"(watchtower_missed_publication_times_total{world="default"})", 2))
        << "no document was kept for them";
}

TEST_F(Publisher, GoesOnAfterAFrozenNats) {
    const auto state = state_ahead();
    stores_.put(state);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service publisher = start();
    ASSERT_TRUE(arrives(inbox, encode(state.document)));
    stores_.nats.freeze();
    ASSERT_TRUE(counts(publisher, R"(watchtower_publication_backlog{world="default"})", 1));
    stores_.nats.thaw();
    const NatsInbox later(stores_.nats.url(), "metrics.watchtower");
    EXPECT_TRUE(arrives(later, encode(state.document)));
}

TEST_F(Publisher, GoesOnWithTheNewestStateAfterACrash) {
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    const auto state = state_ahead();
    stores_.put(state);
    Service publisher = start();
    ASSERT_TRUE(arrives(inbox, encode(state.document)));
    publisher.kill();
    const auto newer = state_ahead("default", seconds(900));
    stores_.put(newer);
    publisher.start();
    ASSERT_TRUE(arrives(inbox, encode(newer.document)));
    std::set<std::string> ids;
    for (const auto& message : inbox.messages()) {
        EXPECT_TRUE(message.body == encode(state.document) || message.body == encode(newer.document)) << message.body;
        ids.insert(header(message, "Nats-Msg-Id"));
    }
    EXPECT_GE(ids.size(), 2U);
}

TEST_F(Publisher, EndsInOrderWhileEverythingIsFrozen) {
    stores_.put(state_ahead());
    Service publisher = start();
    ASSERT_TRUE(counts(publisher, kPublished, 1));
    stores_.nats.freeze();
    stores_.redis.freeze();
    stores_.postgres.freeze();
    publisher.process().signal(SIGTERM);
    EXPECT_EQ(publisher.process().wait(seconds(10)), 0) << publisher.output();
    stores_.postgres.thaw();
    stores_.redis.thaw();
    stores_.nats.thaw();
}

TEST_F(Publisher, PublishesFromPostgresWithoutRedis) {
    stores_.redis.kill();
    const auto state = state_ahead();
    stores_.store(state);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    const Service publisher = start();
    EXPECT_TRUE(arrives(inbox, encode(state.document)));
}

TEST_F(Publisher, NeverSendsMoreThanTheServerTakes) {
    stores_.nats.stop();
    NatsServer::Options options;
    options.max_payload_bytes = 2'048;
    stores_.nats.set_options(options);
    stores_.nats.start();
    auto state = state_ahead();
    for (int i = 0; i < 500; ++i) {
        state.document.nomads->by_player.push_back({"someone" + std::to_string(i), {{"move", 1}}});
    }
    state.players = 502;
    stores_.put(state);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    const Service publisher = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return !inbox.messages().empty(); }));
    const auto message = inbox.messages().front();
    EXPECT_LE(message.body.size(), 2'048U);
    EXPECT_GT(message.body.size(), 1'500U);
    EXPECT_EQ(proto::decode_document(message.body).players, 502U);
}

TEST(PublisherProcess, TellsWhatIsWrongWithItsOptions) {
    const Ended ended = run_to_end("publisher", {"--publish-interval=never", "--nats-subject=a.>"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.output, HasSubstr("PUBLISH_INTERVAL"));
    EXPECT_EQ(run_to_end("publisher", {"--check-config"}).code, 0);
}

}  // namespace
}  // namespace watchtower::test
