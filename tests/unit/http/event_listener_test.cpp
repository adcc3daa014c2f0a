#include "common/http/event_listener.hpp"

#include <array>
#include <string>

#include <sys/socket.h>

#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using Offered = EventListener::Offered;
using Sent = EventListener::Sent;

const EventListener::TimePoint kStart{1000s};

SharedEvent event(const std::string& topic, std::uint64_t number, const std::string& text, WhenFull when_full) {
    return std::make_shared<const Event>(Event{topic, number, std::make_shared<const std::string>(text), when_full});
}

SharedEvent snapshot(std::uint64_t number, const std::string& text) {
    return event("snapshot", number, text, WhenFull::skip_to_newest);
}

SharedEvent alert(std::uint64_t number, const std::string& text) {
    return event("alert", number, text, WhenFull::drop_listener);
}

/// A listener and the client's end of its socket.
class EventListenerTest : public testing::Test {
protected:
    void attach(const std::vector<SharedEvent>& first = {}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        client_ = Socket(ends[1]);
        listener_.attach(Socket(ends[0]), Place(), first, kStart);
    }
    std::string read() {
        std::string text(1'000'000, '\0');
        const auto got = ::recv(client_.fd(), text.data(), text.size(), 0);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

    EventHubOptions options_ = [] {
        EventHubOptions options;
        options.queue_events = 3;
        options.queue_bytes = 100;
        return options;
    }();
    EventListener listener_{{{"snapshot", 10}, {"alert", 0}}, options_};
    Socket client_;
};

TEST_F(EventListenerTest, GetsWhatItWantsOnceAndInOrder) {
    attach();
    EXPECT_EQ(listener_.offer(snapshot(10, "a")), Offered::not_wanted);
    EXPECT_EQ(listener_.offer(snapshot(11, "b")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(11, "b")), Offered::not_wanted);
    EXPECT_EQ(listener_.offer(event("other", 1, "c", WhenFull::drop_listener)), Offered::not_wanted);
    EXPECT_EQ(listener_.offer(alert(1, "d")), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(0, "e")), Offered::taken);
    EXPECT_EQ(listener_.send(kStart), Sent::all);
    EXPECT_EQ(read(), "bde");
}

TEST_F(EventListenerTest, MergesWhatCameMeanwhileWithWhatItIsGivenFirst) {
    options_.queue_events = 10;
    EXPECT_EQ(listener_.offer(alert(5, "five")), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(6, "six")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(12, "new")), Offered::taken);
    attach({event("", 0, "hello", WhenFull::drop_listener), snapshot(11, "old"), alert(4, "four"), alert(5, "five")});
    EXPECT_EQ(listener_.offer(alert(6, "six")), Offered::not_wanted);
    EXPECT_EQ(listener_.offer(alert(7, "seven")), Offered::taken);
    EXPECT_EQ(listener_.send(kStart), Sent::all);
    EXPECT_EQ(read(), "hellooldfourfivesixnewseven");
}

TEST_F(EventListenerTest, LosesOldSnapshotsWhenItsQueueIsFull) {
    EXPECT_EQ(listener_.offer(snapshot(11, "11")), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(1, "alert")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(12, "12")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(13, "13")), Offered::skipped);
    attach();
    EXPECT_EQ(listener_.send(kStart), Sent::all);
    EXPECT_EQ(read(), "alert13");
}

TEST_F(EventListenerTest, SaysThatThereIsNoRoomForAnAlert) {
    EXPECT_EQ(listener_.offer(alert(1, "1")), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(2, std::string(98, '2'))), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(3, "33")), Offered::full);
}

TEST_F(EventListenerTest, HasRoomForOneEventHoweverLarge) {
    EXPECT_EQ(listener_.offer(alert(1, std::string(1000, '1'))), Offered::taken);
    EXPECT_EQ(listener_.offer(alert(2, "2")), Offered::full);
    EXPECT_EQ(listener_.offer(snapshot(11, "11")), Offered::taken) << "the newest snapshot always has a place";
    EXPECT_EQ(listener_.offer(snapshot(12, "12")), Offered::skipped);
}

TEST_F(EventListenerTest, NeverCutsAnEventThatHasBegun) {
    attach();
    options_.queue_bytes = 10'000'000;
    const std::string big(3'000'000, 'a');
    EXPECT_EQ(listener_.offer(snapshot(11, big)), Offered::taken);
    EXPECT_EQ(listener_.send(kStart), Sent::blocked);
    EXPECT_EQ(listener_.offer(snapshot(12, "b")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(13, "c")), Offered::taken);
    EXPECT_EQ(listener_.offer(snapshot(14, "d")), Offered::skipped);
    std::string all;
    while (all.size() < big.size() + 1) {
        all += read();
        ASSERT_NE(listener_.send(kStart), Sent::broken);
    }
    EXPECT_TRUE(all == big + "d");
}

TEST_F(EventListenerTest, SendsACommentWhenNothingWasSentForSoLong) {
    attach();
    EXPECT_FALSE(listener_.keep_alive(kStart + options_.heartbeat - 1ms));
    EXPECT_TRUE(listener_.keep_alive(kStart + options_.heartbeat));
    EXPECT_EQ(listener_.send(kStart + options_.heartbeat), Sent::all);
    EXPECT_EQ(read(), ":\n\n");
    EXPECT_FALSE(listener_.keep_alive(kStart + options_.heartbeat + 1ms));
}

TEST_F(EventListenerTest, TakesNothingMoreWhenItIsFinishing) {
    attach();
    EXPECT_EQ(listener_.offer(alert(1, "last")), Offered::taken);
    listener_.finish();
    EXPECT_EQ(listener_.offer(alert(2, "too late")), Offered::not_wanted);
    EXPECT_EQ(listener_.send(kStart), Sent::all);
    listener_.close();
    EXPECT_EQ(read(), "last");
    EXPECT_EQ(read(), "");
}

TEST(EventText, HasALineForEachFieldAndLineOfData) {
    EXPECT_EQ(*event_text("w:12:3", "snapshot", "{}"), "id: w:12:3\nevent: snapshot\ndata: {}\n\n");
    EXPECT_EQ(*event_text("", "", "a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
    EXPECT_EQ(*event_text("", "", ""), "data: \n\n");
}

TEST(EventText, LetsNoFieldBeAdded) {
    EXPECT_EQ(*event_text("1\nevent: x", "a\r\ndata: y", "z"), "id: 1event: x\nevent: adata: y\ndata: z\n\n");
}

}  // namespace
}  // namespace watchtower::http
