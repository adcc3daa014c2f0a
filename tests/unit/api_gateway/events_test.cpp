#include "services/api-gateway/events.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/stream_client.hpp"

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using watchtower::test::eventually;
using watchtower::test::StreamClient;

constexpr TimePoint kTick{1'765'197'240s};

/// The stream of one world behind a server, fed by the test.
class EventsTest : public testing::Test {
protected:
    proto::State state(std::uint64_t alert_number) {
        auto state = watchtower::test::sample_state("default", tick_);
        state.alert_number = alert_number;
        return state;
    }
    void show(std::uint64_t alert_number) {
        events_.show(make_view(std::make_shared<const proto::State>(state(alert_number)), clock_.now()));
    }
    void next_tick() {
        tick_ += 60s;
        clock_.set(tick_ + 1s);
    }
    /// So many entries stand in the log from now on.
    void log_alerts(std::uint64_t count) {
        const std::lock_guard lock(mutex_);
        logged_ = count;
    }
    std::vector<proto::NumberedAlert> alerts_after(std::uint64_t number) {
        const std::lock_guard lock(mutex_);
        if (away_) {
            throw Unavailable("the log is away");
        }
        std::vector<proto::NumberedAlert> entries;
        while (number < logged_ && entries.size() < 30) {
            proto::NumberedAlert entry{++number, {}};
            entry.alert.world = "default";
            entry.alert.id = "a" + std::to_string(number);
            entries.push_back(entry);
        }
        return entries;
    }
    void set_away(bool away) {
        const std::lock_guard lock(mutex_);
        away_ = away;
    }
    StreamClient listen(const std::string& last_event_id = "") {
        return StreamClient(server_.port(), "/stream", last_event_id.empty() ? "" : "Last-Event-ID: " + last_event_id);
    }
    [[nodiscard]] std::string id(std::uint64_t alert_number) const { return to_text({"default", tick_, alert_number}); }
    /// Waits until the log is read up to here.
    void wait_for_alert(std::uint64_t number) {
        EXPECT_TRUE(eventually(10s, [&] {
            auto client = listen(to_text({"default", tick_ - 60s, number - 1}));
            const auto names = client.names(1);
            return names.front() == "alert" && client.event(0).id == to_text({"default", tick_ - 60s, number});
        }));
    }

    std::mutex mutex_;
    std::uint64_t logged_ = 0;
    bool away_ = false;
    TimePoint tick_ = kTick;
    ManualClock clock_{kTick + 1s};
    prometheus::Registry registry_;
    EventMetrics metrics_{registry_};
    http::EventHub hub_{{.on_change = [this](http::ListenerChange change) { metrics_.note(change); }}};
    Events events_{hub_,
                   clock_,
                   [this](const std::string&, std::uint64_t number) { return alerts_after(number); },
                   metrics_,
                   {.retry = 5ms}};
    http::Server server_{{},
                         {{http::Method::get,
                           "/stream",
                           [this](const http::Request& request) {
                               const auto last = request.header("last-event-id");
                               return events_.listen("default", last ? parse_event_id(*last) : std::nullopt);
                           },
                           "",
                           {}}}};
};

TEST_F(EventsTest, GivesTheNewestSnapshotAndThenEachNewOne) {
    show(0);
    auto client = listen();
    EXPECT_THAT(client.names(1), ElementsAre("snapshot"));
    EXPECT_EQ(client.event(0).id, "default:1765197240:0");
    EXPECT_EQ(client.event(0).data, proto::encode(state(0).document));
    EXPECT_GE(client.retry(), 1'000);
    next_tick();
    show(0);
    EXPECT_THAT(client.names(2), ElementsAre("snapshot", "snapshot"));
    EXPECT_EQ(client.event(1).id, "default:1765197300:0");
    show(0);
    next_tick();
    show(0);
    EXPECT_THAT(client.names(3), ElementsAre("snapshot", "snapshot", "snapshot")) << "the same one comes once";
    EXPECT_EQ(metrics_.snapshots.Value(), 3);
    EXPECT_EQ(metrics_.listeners.Value(), 1);
}

TEST_F(EventsTest, TellsOnceMoreWhenASnapshotHasBecomeStale) {
    show(0);
    auto client = listen();
    ASSERT_THAT(client.names(1), ElementsAre("snapshot"));
    clock_.advance(10min);
    show(0);
    EXPECT_THAT(client.names(2), ElementsAre("snapshot", "snapshot"));
    EXPECT_EQ(client.event(1).id, client.event(0).id);
    EXPECT_NE(client.event(1).data.find("collector_down"), std::string::npos);
}

TEST_F(EventsTest, LetsListenersWaitForAWorldsFirstSnapshot) {
    auto client = listen();
    EXPECT_TRUE(eventually(10s, [&] { return metrics_.listeners.Value() == 1; }));
    show(0);
    EXPECT_THAT(client.names(1), ElementsAre("snapshot"));
}

TEST_F(EventsTest, SendsAlertsAsTheyAreLogged) {
    show(0);
    auto client = listen();
    ASSERT_THAT(client.names(1), ElementsAre("snapshot"));
    log_alerts(2);
    next_tick();
    show(2);
    EXPECT_THAT(client.names(4), testing::UnorderedElementsAre("snapshot", "snapshot", "alert", "alert"));
    EXPECT_THAT(client.ids_of("alert"), ElementsAre(id(1), id(2)));
    next_tick();
    show(2);
    client.names(5);
    EXPECT_EQ(client.event(4).id, id(2)) << "a snapshot's id says which alerts went before it";
}

TEST_F(EventsTest, GivesWhoComesBackWhatHeMissed) {
    log_alerts(5);
    show(5);
    wait_for_alert(5);
    const std::string old_tick = to_epoch_seconds(tick_ - 60s);
    auto both = listen("default:" + old_tick + ":3");
    EXPECT_THAT(both.names(3), ElementsAre("alert", "alert", "snapshot"));
    EXPECT_EQ(both.event(0).id, "default:" + old_tick + ":4") << "so far he is now: the snapshot is still to come";
    EXPECT_EQ(both.event(2).id, id(5));
    auto nothing = listen(id(5));
    next_tick();
    show(5);
    EXPECT_THAT(nothing.names(1), ElementsAre("snapshot")) << "what he had did not come again";
    EXPECT_EQ(nothing.event(0).id, id(5));
}

TEST_F(EventsTest, SaysHowManyAlertsItCannotTellAnyMore) {
    log_alerts(350);
    show(350);
    wait_for_alert(350);
    auto client = listen(id(10));
    client.names(101);
    EXPECT_EQ(client.event(0).name, "missed");
    EXPECT_EQ(client.event(0).data, R"({"world":"default","alerts":240})");
    EXPECT_EQ(client.event(0).id, id(250));
    EXPECT_EQ(client.event(1).id, id(251));
    EXPECT_EQ(client.event(100).id, id(350));
    auto almost = listen(id(249));
    almost.names(2);
    EXPECT_EQ(almost.event(0).data, R"({"world":"default","alerts":1})");
    auto all = listen(id(250));
    all.names(100);
    EXPECT_EQ(all.event(0).id, id(251));
}

TEST_F(EventsTest, TellsOfAlertsLaterWhenTheLogIsAway) {
    set_away(true);
    log_alerts(4);
    show(3);
    auto fresh = listen();
    auto back = listen(to_text({"default", tick_ - 60s, 1}));
    EXPECT_THAT(fresh.names(1), ElementsAre("snapshot"));
    EXPECT_THAT(back.names(1), ElementsAre("snapshot"));
    EXPECT_EQ(back.event(0).id, id(0)) << "who comes back again now misses nothing";
    next_tick();
    show(4);
    EXPECT_THAT(fresh.names(2), ElementsAre("snapshot", "snapshot")) << "documents go on";
    set_away(false);
    EXPECT_THAT(fresh.names(3), ElementsAre("snapshot", "snapshot", "alert"));
    EXPECT_EQ(fresh.event(2).id, id(4)) << "what was before he came is not his";
    back.names(5);
    EXPECT_THAT(back.ids_of("alert"), ElementsAre(id(2), id(3), id(4)));
}

TEST_F(EventsTest, GivesWhatWasMissedToWhoComesBackBeforeTheFirstState) {
    log_alerts(150);
    auto back = listen(to_text({"default", tick_ - 60s, 148}));
    EXPECT_TRUE(eventually(10s, [&] { return metrics_.listeners.Value() == 1; }));
    show(150);
    back.names(3);
    EXPECT_THAT(back.ids_of("alert"), ElementsAre(id(149), id(150)));
    EXPECT_THAT(back.ids_of("snapshot"), ElementsAre(id(50)));
}

TEST_F(EventsTest, TakesAnIdThatNoGatewayGaveForNone) {
    log_alerts(5);
    show(5);
    wait_for_alert(5);
    for (const std::string& last : {std::string("nonsense"),
                                    "other:" + to_epoch_seconds(tick_ - 60s) + ":3",
                                    id(6),
                                    "default:" + to_epoch_seconds(tick_ + 24h) + ":5",
                                    "default:" + to_epoch_seconds(tick_ - 60s) + ":99"}) {
        auto client = listen(last);
        EXPECT_THAT(client.names(1), ElementsAre("snapshot")) << last;
        EXPECT_EQ(client.event(0).id, id(5)) << last;
    }
}

TEST_F(EventsTest, BelievesAnotherGatewayThatIsAhead) {
    log_alerts(5);
    show(5);
    wait_for_alert(5);
    auto client = listen("default:" + to_epoch_seconds(tick_ + 60s) + ":6");
    log_alerts(7);
    next_tick();
    show(6);
    next_tick();
    show(7);
    client.names(2);
    EXPECT_THAT(client.ids_of("snapshot"), testing::SizeIs(1)) << "the tick that he had is not sent again";
    EXPECT_THAT(client.ids_of("alert"), testing::SizeIs(1)) << "nor the alert";
}

}  // namespace
}  // namespace watchtower::gateway
