#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/nats/client.hpp"
#include "proto-json/averages.hpp"
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
constexpr const char* kSubject = "metrics.watchtower.alerts";

class PublishedAlerts : public testing::Test {
protected:
    PublishedAlerts() {
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

    /// As a tick's transaction does: the log gets an entry, the state says its number.
    void log_alert(const std::string& id, bool resolved, TimePoint time) {
        ++number_;
        proto::Alert alert{"",
                           id,
                           "source_down",
                           "critical",
                           "events has not been read",
                           2,
                           2,
                           resolved ? proto::AlertState::resolved : proto::AlertState::active,
                           time,
                           {}};
        if (resolved) {
            alert.resolved_at = time;
        }
        stores_.postgres.run("insert into alert_log (world, number, alert) values ('default', " +
                             std::to_string(number_) + ", $text$" + encode(alert) + "$text$)");
        auto state =
            sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)) + seconds(600 + number_));
        state.interval = seconds(1);
        state.alert_number = static_cast<std::uint64_t>(number_);
        stores_.put(state);
    }

    /// "id:state" of what the stream has on the subject of alerts.
    [[nodiscard]] std::vector<std::string> published() const {
        std::vector<std::string> ids;
        for (const auto& message : read_stream(stores_.nats.url(), "WATCHTOWER", kSubject)) {
            ids.push_back(header(message, "Nats-Msg-Id").substr(std::string(kSubject).size() + 1));
        }
        return ids;
    }

    testing::AssertionResult reaches(std::size_t count) const {
        return eventually(kDeadline, [&] {
            try {
                return published().size() >= count;
            } catch (const std::runtime_error&) {
                return false;  // there is no stream yet
            }
        });
    }

    WorldStores stores_;
    int number_ = 0;
    const TimePoint now_ = SystemClock().now();
};

TEST_F(PublishedAlerts, GoOutWhenTheyOpenAndWhenTheyResolve) {
    const NatsInbox inbox(stores_.nats.url(), kSubject);
    const Service publisher = start();
    log_alert("a", false, now_);
    ASSERT_TRUE(reaches(1));
    log_alert("b", false, now_);
    log_alert("a", true, now_);
    ASSERT_TRUE(reaches(3));
    EXPECT_THAT(published(), ElementsAre("a:active", "b:active", "a:resolved"));
    ASSERT_TRUE(eventually(kDeadline, [&] { return inbox.messages().size() >= 3; }));
    const auto message = inbox.messages().front();
    EXPECT_EQ(header(message, "Watchtower-World"), "default");
    EXPECT_EQ(header(message, "Watchtower-Alert-Number"), "1");
    const auto alert = proto::decode_alert(message.body);
    EXPECT_EQ(alert.world, "default");
    EXPECT_EQ(alert.id, "a");
}

TEST_F(PublishedAlerts, AreNeitherLostNorRepeatedOverAKill) {
    Service publisher = start();
    log_alert("a", false, now_);
    ASSERT_TRUE(reaches(1));
    publisher.kill();
    for (int i = 0; i < 120; ++i) {
        log_alert("more" + std::to_string(i), false, now_);
    }
    const NatsInbox inbox(stores_.nats.url(), kSubject);
    publisher.start();
    ASSERT_TRUE(reaches(121));
    std::set<std::string> ids;
    for (const auto& message : inbox.messages()) {
        EXPECT_TRUE(ids.insert(header(message, "Nats-Msg-Id")).second);
    }
    EXPECT_FALSE(ids.contains(std::string(kSubject) + ":a:active")) << "that one was out already";
}

TEST_F(PublishedAlerts, ComeWithTheSameIdWhenRedisForgotWhichWereOut) {
    Service publisher = start();
    log_alert("old", false, now_ - std::chrono::hours(2));
    log_alert("new", false, now_);
    ASSERT_TRUE(reaches(1));
    publisher.kill();
    stores_.redis.kill();
    stores_.redis.start();
    publisher.start();
    log_alert("newest", false, now_);
    ASSERT_TRUE(eventually(kDeadline, [&] {
        const auto ids = published();
        return !ids.empty() && ids.back() == "newest:active";
    }));
    EXPECT_THAT(published(), ElementsAre("new:active", "newest:active")) << "the stream knows the repeat by its id";
}

TEST_F(PublishedAlerts, WaitForNats) {
    const Service publisher = start();
    log_alert("a", false, now_);
    ASSERT_TRUE(reaches(1));
    stores_.nats.kill();
    log_alert("b", false, now_);
    stores_.nats.start();
    ASSERT_TRUE(reaches(2));
    log_alert("c", false, now_);
    ASSERT_TRUE(reaches(3));
    EXPECT_THAT(published(), ElementsAre("a:active", "b:active", "c:active"));
}

TEST_F(PublishedAlerts, AndAveragesGoOutOnceAnHour) {
    const auto state = sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)));
    stores_.store(state);
    stores_.put(state);
    const auto averages = [&] { return read_stream(stores_.nats.url(), "WATCHTOWER", "ccc.watchtower"); };
    Service publisher = start();
    ASSERT_TRUE(eventually(kDeadline, [&] {
        try {
            return !averages().empty();
        } catch (const std::runtime_error&) {
            return false;  // there is no stream yet
        }
    }));
    publisher.kill();
    publisher.start();
    log_alert("a", false, now_);
    ASSERT_TRUE(reaches(1));
    log_alert("b", false, now_);
    ASSERT_TRUE(reaches(2)) << "the averages' turn came between the two";
    ASSERT_EQ(averages().size(), 1U);
    const auto message = averages().front();
    const TimePoint hour = tick_at_or_before(state.tick, std::chrono::hours(1));
    EXPECT_EQ(header(message, "Nats-Msg-Id"), "ccc.watchtower:" + to_epoch_seconds(hour));
    const auto body = proto::decode_averages(message.body);
    EXPECT_EQ(body.period.end, state.tick);
    EXPECT_EQ(body.period.days, 7);
}

class SnapshotRequests : public PublishedAlerts {
protected:
    nats::Message ask(const std::string& body) {
        nats::Message answer;
        EXPECT_TRUE(eventually(kDeadline, [&] {
            try {
                answer = client_.request("watchtower.request.snapshot", body, seconds(2));
                return true;
            } catch (const std::exception&) {
                return false;  // nobody listens yet
            }
        }));
        return answer;
    }

    nats::Client client_{{.url = stores_.nats.url()}};
};

TEST_F(SnapshotRequests, AreAnsweredByOneOfThePublishers) {
    Service one = start();
    Service other = start();
    EXPECT_EQ(header(ask(""), "Nats-Service-Error-Code"), "503") << "there is no document yet";
    auto state = sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)) + seconds(600));
    stores_.put(state);
    ASSERT_TRUE(
        eventually(kDeadline, [&] { return one.get("/ready").status == 200 && other.get("/ready").status == 200; }));
    EXPECT_EQ(ask("").body, encode(state.document));
    const auto answer = ask("default");
    EXPECT_EQ(answer.body, encode(state.document));
    EXPECT_EQ(header(answer, "Watchtower-World"), "default");
    EXPECT_EQ(header(answer, "Watchtower-Tick"), to_epoch_seconds(state.tick));
    EXPECT_EQ(header(ask("nowhere"), "Nats-Service-Error-Code"), "404");
}

}  // namespace
}  // namespace watchtower::test
