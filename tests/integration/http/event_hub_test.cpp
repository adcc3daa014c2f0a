#include "common/http/event_hub.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <memory>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "common/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using watchtower::test::eventually;

constexpr const char* kTopic = "ticks";

Event numbered(std::uint64_t number, std::string text, WhenFull when_full = WhenFull::drop_listener) {
    return {kTopic, number, std::make_shared<const std::string>(std::move(text)), when_full};
}

/// Counts what the hub tells of its listeners.
class Changes {
public:
    void note(ListenerChange change) { ++counts_.at(static_cast<std::size_t>(change)); }
    int operator[](ListenerChange change) const { return counts_.at(static_cast<std::size_t>(change)); }

private:
    std::array<std::atomic<int>, 6> counts_{};
};

/// A server with a stream at /stream and something small at /.
class EventHubTest : public testing::Test {
protected:
    void start() {
        hub_options_.on_change = [this](ListenerChange change) { changes_.note(change); };
        hub_ = std::make_unique<EventHub>(hub_options_);
        server_ = std::make_unique<Server>(
            server_options_,
            std::vector<Route>{
                {Method::get, "/stream", [this](const Request& request) { return stream(request); }, "", {}},
                {Method::get, "/", [](const Request&) { return Reply::text("here"); }, "", {}}});
    }
    Reply stream(const Request& request) {
        const auto last = request.header("last-event-id");
        const auto listening = hub_->listen({{kTopic, last ? std::stoull(std::string(*last)) : 0}});
        if (between_) {
            between_();
        }
        return listening->reply(first_);
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    std::unique_ptr<RawClient> listen(int receive_buffer_bytes = 0, const std::string& headers = "") {
        auto client = std::make_unique<RawClient>(port(), receive_buffer_bytes);
        client->get("/stream", headers);
        EXPECT_EQ(client->read_answer().status(), 200);
        return client;
    }
    std::vector<std::unique_ptr<RawClient>> listen_as(std::size_t count) {
        std::vector<std::unique_ptr<RawClient>> clients(count);
        std::generate(clients.begin(), clients.end(), [this] { return listen(); });
        return clients;
    }
    static std::string read(RawClient& client, std::size_t bytes) {
        std::string text;
        while (text.size() < bytes) {
            const auto some = client.read_some(bytes - text.size());
            if (some.empty()) {
                break;
            }
            text += some;
        }
        return text;
    }
    void expect_a_good_client_is_served() {
        RawClient client(port());
        client.get("/");
        EXPECT_EQ(client.read_answer().body, "here");
    }

    EventHubOptions hub_options_;
    ServerOptions server_options_;
    std::vector<Event> first_;
    std::function<void()> between_;
    Changes changes_;
    std::unique_ptr<EventHub> hub_;
    std::unique_ptr<Server> server_;
};

TEST_F(EventHubTest, SendsEveryListenerEveryEvent) {
    start();
    const auto clients = listen_as(20);
    hub_->publish({"another topic", 1, std::make_shared<const std::string>("not for them"), {}});
    for (std::uint64_t i = 1; i <= 100; ++i) {
        hub_->publish(numbered(i, std::to_string(100 + i)));
    }
    std::string expected;
    for (int i = 101; i <= 200; ++i) {
        expected += std::to_string(i);
    }
    for (const auto& client : clients) {
        EXPECT_EQ(read(*client, expected.size()), expected);
    }
    expect_a_good_client_is_served();
}

TEST_F(EventHubTest, AnswersWithTheHeadOfAStream) {
    start();
    RawClient client(port());
    client.get("/stream");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_FALSE(answer.header("Content-Length"));
    EXPECT_TRUE(answer.header("Date"));
}

TEST_F(EventHubTest, AnswersHeadWithoutAListener) {
    start();
    RawClient client(port());
    client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = client.read_answer(true);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(eventually(5s, [&] { return hub_->listeners() == 0; }));
    EXPECT_EQ(changes_[ListenerChange::left], 1);
}

TEST_F(EventHubTest, MissesAndDoublesNothingAroundTheFirstEvents) {
    first_ = {numbered(1, "1"), numbered(2, "2")};
    between_ = [this] {
        hub_->publish(numbered(2, "2"));
        hub_->publish(numbered(3, "3"));
    };
    start();
    const auto client = listen();
    hub_->publish(numbered(3, "3"));
    hub_->publish(numbered(4, "4"));
    EXPECT_EQ(read(*client, 4), "1234");
    const auto again = listen(0, "Last-Event-ID: 5\r\n");
    first_.clear();
    hub_->publish(numbered(5, "5"));
    hub_->publish(numbered(6, "6"));
    EXPECT_EQ(read(*client, 2), "56");
    EXPECT_EQ(read(*again, 3), "126") << "what it is given first is the handler's choice";
}

TEST_F(EventHubTest, TurnsAwayMoreListenersThanItMayHave) {
    hub_options_.max_listeners = 2;
    start();
    auto one = listen();
    const auto two = listen();
    RawClient third(port());
    third.get("/stream");
    const auto answer = third.read_answer();
    EXPECT_EQ(answer.status(), 503);
    EXPECT_TRUE(answer.header("Retry-After"));
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(changes_[ListenerChange::refused], 1);
    one.reset();
    EXPECT_TRUE(eventually(5s, [&] { return hub_->listeners() == 1; }));
    RawClient fourth(port());
    fourth.get("/stream");
    EXPECT_EQ(fourth.read_answer().status(), 200);
}

TEST_F(EventHubTest, ListenersCountAsConnectionsUntilTheyLeave) {
    server_options_.max_connections = 2;
    start();
    auto one = listen();
    const auto two = listen();
    EXPECT_EQ(RawClient(port()).read_answer().status(), 503) << "a listener does not make room";
    one.reset();
    EXPECT_TRUE(eventually(5s, [&] {
        RawClient later(port());
        later.get("/");
        return later.read_answer().status() == 200;
    }));
}

TEST_F(EventHubTest, NoticesThatAListenerHasGone) {
    start();
    auto closed = listen();
    auto half_closed = listen();
    auto reset = listen();
    closed.reset();
    half_closed->finish_sending();
    EXPECT_EQ(half_closed->read_to_end(), "");
    const linger at_once{1, 0};
    ::setsockopt(reset->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    reset.reset();
    EXPECT_TRUE(eventually(5s, [&] { return hub_->listeners() == 0; }));
    EXPECT_EQ(changes_[ListenerChange::left], 3);
}

TEST_F(EventHubTest, GivesAHalfClosedListenerWhatIsThere) {
    first_ = {numbered(1, std::string(3'000'000, 'x'))};
    start();
    RawClient client(port(), 4096);
    client.get("/stream");
    client.finish_sending();
    EXPECT_EQ(client.read_answer().status(), 200);
    EXPECT_EQ(client.read_to_end().size(), 3'000'000U);
}

TEST_F(EventHubTest, SendsCommentsWhileThereIsNothingElse) {
    hub_options_.heartbeat = 50ms;
    start();
    const auto client = listen();
    EXPECT_EQ(read(*client, 9), ":\n\n:\n\n:\n\n");
}

TEST_F(EventHubTest, SkipsASlowListenerToTheNewestAndLetsItCatchUp) {
    hub_options_.queue_events = 4;
    start();
    const auto slow = listen(4096);
    const auto quick = listen();
    constexpr std::size_t kBytes = 100'000;
    for (std::uint64_t i = 1; i <= 100; ++i) {
        hub_->publish(numbered(i, std::string(kBytes, i == 100 ? '!' : 'x'), WhenFull::skip_to_newest));
        EXPECT_EQ(read(*quick, kBytes).size(), kBytes);
    }
    EXPECT_GT(changes_[ListenerChange::skipped], 0);
    std::size_t got = 0;
    while (read(*slow, kBytes) != std::string(kBytes, '!')) {
        ASSERT_LT(++got, 100U) << "the newest never came";
    }
    EXPECT_EQ(changes_[ListenerChange::dropped], 0);
}

TEST_F(EventHubTest, DropsASlowListenerWhoWouldMissSomething) {
    hub_options_.queue_events = 4;
    start();
    const auto slow = listen(4096);
    const auto quick = listen();
    constexpr std::size_t kBytes = 100'000;
    for (std::uint64_t i = 1; i <= 100; ++i) {
        hub_->publish(numbered(i, std::string(kBytes, 'x')));
        EXPECT_EQ(read(*quick, kBytes).size(), kBytes);
    }
    EXPECT_TRUE(eventually(5s, [&] { return hub_->listeners() == 1; }));
    EXPECT_EQ(changes_[ListenerChange::dropped], 1);
    EXPECT_LT(slow->read_to_end().size(), 100 * kBytes);
    const auto again = listen(0, "Last-Event-ID: 99\r\n");
    hub_->publish(numbered(101, "101"));
    EXPECT_EQ(read(*again, 3), "101");
}

TEST_F(EventHubTest, CutsOffAListenerThatDoesNotRead) {
    hub_options_.write_timeout = 200ms;
    hub_options_.heartbeat = 100ms;
    start();
    const auto stuck = listen(4096);
    const auto quick = listen();
    const std::string text = std::string(3'000'000, 'x') + "end";
    hub_->publish(numbered(1, text));
    std::string got;  // comments may come before it
    while (!got.ends_with(text)) {
        got += read(*quick, got.empty() ? text.size() : 1);
    }
    EXPECT_TRUE(eventually(10s, [&] { return hub_->listeners() == 1; }));
    EXPECT_EQ(changes_[ListenerChange::unresponsive], 1);
    EXPECT_EQ(read(*quick, 3), ":\n\n");
}

TEST_F(EventHubTest, IsNotTiredOfAListenerThatReadsSlowly) {
    hub_options_.write_timeout = 400ms;
    start();
    const auto slow = listen(4096);
    hub_->publish(numbered(1, std::string(3'000'000, 'x')));
    std::size_t got = 0;
    const auto end = std::chrono::steady_clock::now() + 1500ms;
    while (std::chrono::steady_clock::now() < end) {
        got += slow->read_some(30'000).size();
        std::this_thread::sleep_for(20ms);  // how slow this client is, not a wait for something
    }
    EXPECT_EQ(read(*slow, 3'000'000 - got).size(), 3'000'000 - got);
}

TEST_F(EventHubTest, SendsWhatIsQueuedAndEndsWhenItIsDestroyed) {
    first_ = {numbered(1, std::string(2'000'000, 'x'))};
    hub_options_.stop_timeout = 10s;
    start();
    const auto client = listen(4096);
    const auto idle = listen();
    EXPECT_EQ(read(*idle, 2'000'000).size(), 2'000'000U);
    hub_->publish(numbered(2, "last"));
    auto ended = std::async(std::launch::async, [&] {
        server_.reset();
        hub_.reset();
    });
    const auto all = client->read_to_end();
    EXPECT_EQ(all.size(), 2'000'004U);
    EXPECT_TRUE(all.ends_with("last"));
    EXPECT_EQ(idle->read_to_end(), "last");
    EXPECT_EQ(ended.wait_for(5s), std::future_status::ready);
    EXPECT_EQ(changes_[ListenerChange::left], 2);
}

TEST_F(EventHubTest, EndsInTimeWithAListenerThatDoesNotRead) {
    first_ = {numbered(1, std::string(5'000'000, 'x'))};
    hub_options_.stop_timeout = 100ms;
    start();
    const auto client = listen(4096);
    auto ended = std::async(std::launch::async, [&] {
        server_.reset();
        hub_.reset();
    });
    EXPECT_EQ(ended.wait_for(5s), std::future_status::ready);
}

TEST_F(EventHubTest, IgnoresWhatAListenerSendsAndAllowsNoSecondAnswer) {
    start();
    const auto client = listen();
    for (int i = 0; i < 50; ++i) {
        client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    hub_->publish(numbered(1, "1"));
    EXPECT_EQ(read(*client, 1), "1");
    server_.reset();
    hub_.reset();
    EXPECT_EQ(client->read_to_end(), "");
}

/// Listeners come and go while events are published and others ask for something small.
TEST_F(EventHubTest, SurvivesChurn) {
    hub_options_.heartbeat = 20ms;
    start();
    std::atomic<bool> over = false;
    auto publisher = std::async(std::launch::async, [&] {
        for (std::uint64_t i = 1; !over; ++i) {
            hub_->publish(numbered(i, std::string(5'000, 'e'), WhenFull::skip_to_newest));
            std::this_thread::yield();
        }
    });
    const auto come_and_go = [&](int receive_buffer_bytes) {
        for (int i = 0; i < 100; ++i) {
            RawClient client(port(), receive_buffer_bytes);
            client.get("/stream");
            if (i % 3 != 0) {
                EXPECT_EQ(client.read_answer().status(), 200);
            }
            expect_a_good_client_is_served();
        }
    };
    std::array<std::future<void>, 4> crowd;
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        crowd.at(i) = std::async(std::launch::async, come_and_go, i == 0 ? 4096 : 0);
    }
    for (auto& one : crowd) {
        one.get();
    }
    over = true;
    publisher.get();
    EXPECT_TRUE(eventually(
        10s, [&] { return hub_->listeners() == 0; }, [&] { return std::to_string(hub_->listeners()); }));
    EXPECT_EQ(changes_[ListenerChange::joined], changes_[ListenerChange::left]);
}

std::size_t open_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    std::size_t open = 0;
    for (int fd = 0; fd < static_cast<int>(limit.rlim_cur); ++fd) {
        open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    }
    return open;
}

TEST_F(EventHubTest, KeepsOneDescriptorForEachOfManyListeners) {
    constexpr std::size_t kListeners = 2'000;
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    server_options_.max_connections = kListeners + 10;
    server_options_.max_connections_per_address = 0;
    start();
    const auto before = open_descriptors();
    auto clients = listen_as(kListeners);
    EXPECT_LE(open_descriptors() - before, 2 * kListeners + 10) << "the clients' and the hub's";
    for (std::uint64_t i = 1; i <= 3; ++i) {
        hub_->publish(numbered(i, "tick"));
        for (const auto& client : clients) {
            ASSERT_EQ(read(*client, 4), "tick");
        }
    }
    clients.clear();
    EXPECT_TRUE(eventually(20s, [&] { return hub_->listeners() == 0; }));
    EXPECT_TRUE(eventually(5s, [&] { return open_descriptors() <= before + 10; }));
}

}  // namespace
}  // namespace watchtower::http
