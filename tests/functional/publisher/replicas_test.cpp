#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto-json/document.hpp"
#include "tests/functional/publisher/fast_collector.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_inbox.hpp"
#include "tests/support/nats_stream.hpp"
#include "tests/support/service.hpp"
#include "tests/support/tcp_gate.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;

constexpr seconds kDeadline{60};
constexpr Milliseconds kInterval{500};
constexpr const char* kLeader = "watchtower_publisher_leader";

class Publishers : public testing::Test {
protected:
    [[nodiscard]] Service start(const std::map<std::string, std::string>& more = {}) const {
        std::map<std::string, std::string> environment = {{"DATABASE_URL", stores_.reader_url()},
                                                          {"REDIS_URL", stores_.redis.url()},
                                                          {"NATS_URL", stores_.nats.url()},
                                                          {"PUBLISH_INTERVAL", "0.5"}};
        for (const auto& [name, value] : more) {
            environment[name] = value;
        }
        return Service("publisher", {.environment = environment, .listener = "management-port"});
    }

    void with_jetstream() {
        stores_.nats.stop();
        stores_.nats.set_options({.jetstream = true});
        stores_.nats.start();
    }

    static testing::AssertionResult grows(const NatsInbox& inbox, std::size_t by) {
        const std::size_t before = inbox.messages().size();
        return eventually(kDeadline, [&] { return inbox.messages().size() >= before + by; });
    }

    [[nodiscard]] std::vector<nats::Message> stored() const {
        return read_stream(stores_.nats.url(), "WATCHTOWER", "metrics.watchtower");
    }

    [[nodiscard]] static bool leads(Service& publisher) { return publisher.metric(kLeader) == 1; }

    /// Each publication time once, none left out, each with the document of its tick.
    static void expect_every_minute_once(const std::vector<nats::Message>& messages, const FastCollector& collector) {
        EXPECT_EQ(gaps(publication_times(messages), kInterval), "");
        EXPECT_EQ(wrong_documents(messages, collector), "");
    }

    /// As a core subscriber may see it around a failure: nothing left out; what comes twice is the same.
    static void expect_repeats_only_alike(const std::vector<nats::Message>& messages) {
        std::map<TimePoint, std::string> seen;
        const auto times = publication_times(messages);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const auto [entry, is_new] = seen.try_emplace(times[i], messages[i].body);
            EXPECT_EQ(entry->second, messages[i].body) << to_rfc3339(times[i]);
        }
        std::vector<TimePoint> once;
        once.reserve(seen.size());
        for (const auto& [time, body] : seen) {
            once.push_back(time);
        }
        EXPECT_EQ(gaps(once, kInterval), "");
    }

    WorldStores stores_;
};

TEST_F(Publishers, TwoPublishEachMinuteOnce) {
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service one = start();
    Service other = start();
    ASSERT_TRUE(grows(inbox, 10));
    expect_every_minute_once(inbox.messages(), collector);
    EXPECT_TRUE(eventually(kDeadline, [&] { return leads(one) != leads(other); })) << "exactly one leads";
}

TEST_F(Publishers, AnotherGoesOnWhereAKilledOneWas) {
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service one = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(one); }));
    Service other = start();
    ASSERT_TRUE(grows(inbox, 2));
    one.kill();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(other); }));
    ASSERT_TRUE(grows(inbox, 4));
    expect_repeats_only_alike(inbox.messages());
}

TEST_F(Publishers, OneThatEndsInOrderHandsOverAtOnce) {
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service one = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(one); }));
    Service other = start();
    ASSERT_TRUE(grows(inbox, 2));
    EXPECT_EQ(one.stop(), 0);
    ASSERT_TRUE(grows(inbox, 4));
    expect_every_minute_once(inbox.messages(), collector);
}

TEST_F(Publishers, AFrozenOneDoesNotLeadWhenItWakes) {
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service one = start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(one); }));
    Service other = start();
    ASSERT_TRUE(grows(inbox, 2));
    one.freeze();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(other); }));
    one.thaw();
    ASSERT_TRUE(grows(inbox, 4));
    expect_repeats_only_alike(inbox.messages());
    EXPECT_FALSE(leads(one));
}

TEST_F(Publishers, OneFrozenWhileItMakesUpLeavesTheRestToAnother) {
    with_jetstream();
    const FastCollector collector(stores_, kInterval);
    TcpGate slow(stores_.nats.port());
    Service one = start({{"NATS_URL", "nats://127.0.0.1:" + std::to_string(slow.port())}});
    ASSERT_TRUE(eventually(kDeadline, [&] { return !stored().empty(); }));
    one.kill();
    const TimePoint since = collector.newest();
    ASSERT_TRUE(eventually(kDeadline, [&] { return collector.newest() >= since + 12 * kInterval; }));
    slow.delay(Milliseconds(200));  // for a message, and again for its acknowledgement
    one.start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(one); }));
    Service other = start();
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    ASSERT_TRUE(grows(inbox, 1));
    one.freeze();
    ASSERT_TRUE(eventually(kDeadline, [&] { return publication_times(stored()).back() == collector.newest(); }));
    one.thaw();
    ASSERT_TRUE(grows(inbox, 12));
    const auto times = publication_times(inbox.messages());
    const std::size_t distinct = std::set(times.begin(), times.end()).size();
    EXPECT_LE(times.size() - distinct, 1U) << "only what was on its way when it froze may come twice";
    EXPECT_EQ(gaps(publication_times(stored()), kInterval), "");
}

TEST_F(Publishers, GoOnWithoutRedis) {
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    Service one = start();
    Service other = start();
    ASSERT_TRUE(grows(inbox, 3));
    stores_.redis.kill();
    ASSERT_TRUE(grows(inbox, 8));
    expect_repeats_only_alike(inbox.messages());
    Service& leader = leads(one) ? one : other;
    leader.kill();
    ASSERT_TRUE(grows(inbox, 4)) << "also when the one that published is killed now";
    expect_repeats_only_alike(inbox.messages());
    stores_.redis.start();
    Service& left = &leader == &one ? other : one;
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(left); }));
    ASSERT_TRUE(grows(inbox, 2));
    expect_repeats_only_alike(inbox.messages());
}

TEST_F(Publishers, MakeUpForWhatNatsMissedInOrder) {
    with_jetstream();
    const FastCollector collector(stores_, kInterval);
    Service one = start();
    Service other = start();
    {
        const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
        ASSERT_TRUE(grows(inbox, 3));
    }
    stores_.nats.kill();
    const TimePoint since = collector.newest();
    ASSERT_TRUE(eventually(kDeadline, [&] { return collector.newest() >= since + 5 * kInterval; }));
    stores_.nats.start();
    const TimePoint back = collector.newest();
    ASSERT_TRUE(eventually(kDeadline, [&] {
        const auto times = publication_times(stored());
        return !times.empty() && times.back() >= back + 2 * kInterval;
    }));
    const auto messages = stored();
    expect_every_minute_once(messages, collector);
    std::set<TimePoint> replayed;
    for (const auto& message : messages) {
        if (header(message, "Watchtower-Replayed") == "true") {
            replayed.insert(publication_times({message}).front());
        }
    }
    EXPECT_THAT(replayed, Contains(since + 2 * kInterval));
    EXPECT_THAT(replayed, Contains(since + 4 * kInterval));
    EXPECT_FALSE(replayed.contains(back + 2 * kInterval));
}

TEST_F(Publishers, MakeUpForNoMoreThanTheBacklog) {
    with_jetstream();
    const FastCollector collector(stores_, kInterval);
    Service one = start({{"PUBLISH_BACKLOG", "2"}});
    ASSERT_TRUE(eventually(kDeadline, [&] { return !stored().empty(); }));
    one.kill();
    const TimePoint since = publication_times(stored()).back();
    ASSERT_TRUE(eventually(kDeadline, [&] { return collector.newest() >= since + 8 * kInterval; }));
    one.start();
    ASSERT_TRUE(eventually(kDeadline, [&] { return publication_times(stored()).back() >= since + 9 * kInterval; }));
    const auto times = publication_times(stored());
    EXPECT_GE(*std::upper_bound(times.begin(), times.end(), since), since + 6 * kInterval)
        << "older ones are not made up for";
    // On a slow machine it may miss more later; what the stream lacks is counted.
    double missed = 0;
    std::int64_t lacking = 0;
    EXPECT_TRUE(eventually(
        kDeadline,
        [&] {
            missed = one.metric(R"(watchtower_missed_publication_times_total{world="default"})").value_or(0);
            const auto all = publication_times(stored());
            const auto after = std::upper_bound(all.begin(), all.end(), since);
            lacking = (all.back() - since) / kInterval - (all.end() - after);
            return lacking >= 5 && missed == static_cast<double>(lacking);
        },
        [&] { return std::to_string(missed) + " counted, " + std::to_string(lacking) + " lacking"; }));
}

TEST_F(Publishers, MakeTheStreamAndKeepItsSettings) {
    with_jetstream();
    const FastCollector collector(stores_, kInterval);
    Service publisher = start();
    const auto has_settings = [&](std::int64_t window) {
        try {
            const auto settings = stream_settings(stores_.nats.url(), "WATCHTOWER");
            return settings.max_age_seconds == 7L * 24 * 3600 && settings.duplicate_window_seconds == window;
        } catch (const std::runtime_error&) {
            return false;
        }
    };
    ASSERT_TRUE(eventually(kDeadline, [&] { return has_settings(120); }));
    EXPECT_THAT(stream_settings(stores_.nats.url(), "WATCHTOWER").subjects,
                testing::UnorderedElementsAre("metrics.watchtower",
                                              "metrics.watchtower.worlds.*",
                                              "metrics.watchtower.alerts",
                                              "ccc.watchtower",
                                              "ccc.watchtower.>"));
    publisher.stop();
    const Service longer = start({{"PUBLISH_BACKLOG", "1000"}});
    EXPECT_TRUE(eventually(kDeadline, [&] { return has_settings(501); })) << "longer than the backlog";
}

TEST_F(Publishers, LeaveTheStreamAloneWhenToldTo) {
    with_jetstream();
    const FastCollector collector(stores_, kInterval);
    const NatsInbox inbox(stores_.nats.url(), "metrics.watchtower");
    const Service publisher = start({{"NATS_MANAGE_STREAM", "false"}});
    ASSERT_TRUE(grows(inbox, 2));
    EXPECT_THROW((void)stream_settings(stores_.nats.url(), "WATCHTOWER"), std::runtime_error);
}

TEST_F(Publishers, GoOnWhenNatsRefusesThePasswordForAWhile) {
    stores_.nats.stop();
    stores_.nats.set_options({.user = "watchtower", .password = "right"});
    stores_.nats.start();
    const std::string url = stores_.nats.url();
    const FastCollector collector(stores_, kInterval);
    Service publisher = start({{"NATS_URL", url}});
    ASSERT_TRUE(eventually(kDeadline, [&] { return leads(publisher); }));
    stores_.nats.stop();
    stores_.nats.set_options({.user = "watchtower", .password = "another"});
    stores_.nats.start();
    const TimePoint since = collector.newest();
    ASSERT_TRUE(eventually(kDeadline, [&] { return collector.newest() >= since + 4 * kInterval; }));
    EXPECT_EQ(publisher.metric(R"(watchtower_dependency_up{dependency="nats"})"), 0);
    stores_.nats.stop();
    stores_.nats.set_options({.user = "watchtower", .password = "right"});
    stores_.nats.start();
    const NatsInbox inbox(url, "metrics.watchtower");
    EXPECT_TRUE(grows(inbox, 2));
    EXPECT_THAT(publisher.output(), testing::Not(HasSubstr("right"))) << "no secret in the log";
}

}  // namespace
}  // namespace watchtower::test
