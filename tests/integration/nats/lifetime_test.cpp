#include <atomic>
#include <condition_variable>
#include <future>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "common/nats/client.hpp"
#include "tests/integration/nats/inbox.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"

namespace watchtower::nats {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using test::NatsServer;

constexpr seconds kDeadline{10};

/// Publishes without a pause until it ends; a lost connection is not its business.
class Chatter {
public:
    Chatter(const std::string& url, std::string subject)
        : client_({.url = url}),
          thread_([this, subject = std::move(subject)](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  try {
                      client_.publish(subject, "x");
                      client_.flush(kDeadline);
                  } catch (const Unavailable&) {
                      (void)client_.wait_connected(milliseconds(10));
                  }
              }
          }) {}

private:
    Client client_;
    std::jthread thread_;
};

TEST(NatsLifetime, RunsNoHandlerAfterItsSubscriptionHasEnded) {
    NatsServer server;
    Client client({.url = server.url()});
    const Chatter chatter(server.url(), "a");
    for (int round = 0; round < 20; ++round) {
        // Both must stay unread by the handler once the subscription is gone: a sanitizer watches.
        const auto calls = std::make_unique<std::atomic<int>>(0);
        std::optional<Subscription> subscription = client.subscribe("a", [&](const Message&) { ++*calls; });
        EXPECT_TRUE(eventually(kDeadline, [&] { return *calls > 0; }));
        subscription.reset();
        const int calls_at_end = *calls;
        client.wait_connected(kDeadline);
        client.flush(kDeadline);
        EXPECT_EQ(*calls, calls_at_end);
    }
}

TEST(NatsLifetime, WaitsForARunningHandler) {
    NatsServer server;
    Client client({.url = server.url()});
    std::promise<void> entered;
    std::atomic<bool> leave = false;
    std::atomic<bool> left = false;
    std::optional<Subscription> subscription = client.subscribe("a", [&](const Message&) {
        entered.set_value();
        EXPECT_TRUE(eventually(kDeadline, [&] { return leave.load(); }));
        left = true;
    });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    client.publish("a", "x");
    entered.get_future().wait();
    const std::jthread releasing([&] { leave = true; });
    subscription.reset();
    EXPECT_TRUE(left);
}

TEST(NatsLifetime, LetsAHandlerEndItsOwnSubscription) {
    NatsServer server;
    Client client({.url = server.url()});
    std::atomic<int> calls = 0;
    std::mutex mutex;
    std::optional<Subscription> subscription;
    {
        const std::lock_guard lock(mutex);
        subscription = client.subscribe("a", [&](const Message&) {
            const std::lock_guard inner_lock(mutex);
            subscription.reset();
            ++calls;
        });
    }
    ASSERT_TRUE(client.wait_connected(kDeadline));
    client.publish("a", "1");
    client.publish("a", "2");
    EXPECT_TRUE(eventually(kDeadline, [&] { return calls == 1; }));
    client.flush(kDeadline);
    EXPECT_EQ(calls, 1);
}

TEST(NatsLifetime, EndsAClientWhileItsHandlersRun) {
    NatsServer server;
    const Chatter chatter(server.url(), "a");
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> calls = 0;
        auto client = std::make_unique<Client>(Options{.url = server.url()});
        const auto outliving = client->subscribe("a", [&](const Message&) { ++calls; });
        EXPECT_TRUE(eventually(kDeadline, [&] { return calls > 0; }));
        client.reset();
        const int calls_at_end = calls;
        std::this_thread::yield();
        EXPECT_EQ(calls, calls_at_end);
        EXPECT_EQ(outliving.dropped(), 0U);
    }
}

TEST(NatsLifetime, EndsAClientThatNeverConnected) {
    NatsServer server;
    const std::string url = server.url();
    server.freeze();
    { const Client frozen({.url = url, .timeout = milliseconds(200)}); }
    server.kill();
    const Client away({.url = url});
}

TEST(NatsLifetime, SendsWhatWasPublishedBeforeItEnds) {
    NatsServer server;
    Client listener({.url = server.url()});
    Inbox inbox;
    const auto subscription = listener.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(listener.wait_connected(kDeadline));
    listener.flush(kDeadline);
    {
        Client client({.url = server.url()});
        ASSERT_TRUE(client.wait_connected(kDeadline));
        for (int i = 0; i < 1000; ++i) {
            client.publish("a", std::string(1000, 'x'));
        }
    }
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return inbox.count() == 1000; }, [&] { return std::to_string(inbox.count()); }));
}

TEST(NatsLifetime, CountsWhatASlowHandlerMisses) {
    NatsServer server;
    Client client({.url = server.url()});
    Client publisher({.url = server.url()});
    std::atomic<bool> leave = false;
    std::atomic<int> calls = 0;
    const auto subscription = client.subscribe("a", [&](const Message&) {
        ++calls;
        EXPECT_TRUE(eventually(kDeadline, [&] { return leave.load(); }));
    });
    ASSERT_TRUE(client.wait_connected(kDeadline) && publisher.wait_connected(kDeadline));
    client.flush(kDeadline);
    constexpr int kSent = 70'000;
    for (int i = 0; i < kSent; ++i) {
        publisher.publish("a", "");
    }
    publisher.flush(kDeadline);
    EXPECT_TRUE(eventually(kDeadline, [&] { return subscription.dropped() > 0; }));
    leave = true;
    EXPECT_TRUE(eventually(
        kDeadline,
        [&] { return static_cast<std::uint64_t>(calls) + subscription.dropped() == kSent; },
        [&] { return std::to_string(calls) + " + " + std::to_string(subscription.dropped()); }));
}

void subscribe_and_publish(const std::stop_token& stop, Client& client, std::atomic<int>& calls) {
    while (!stop.stop_requested()) {
        const auto passing = client.subscribe("a", [&](const Message&) { ++calls; });
        try {
            client.publish_flushed("b", "x", {}, kDeadline);
        } catch (const Unavailable&) {
            (void)client.wait_connected(milliseconds(10));
        }
    }
}

TEST(NatsLifetime, SurvivesConnectionsThatEndWhileManyThreadsUseThem) {
    NatsServer server;
    Client client({.url = server.url()});
    std::atomic<int> calls = 0;
    std::atomic<int> ends = 0;
    const auto lasting =
        client.subscribe("a", [&](const Message& message) { ++(message.body == "end" ? ends : calls); });
    {
        const Chatter one(server.url(), "a");
        const Chatter other(server.url(), "a");
        const std::jthread coming_and_going(
            [&](const std::stop_token& stop) { subscribe_and_publish(stop, client, calls); });
        for (int round = 0; round < 3; ++round) {
            const int calls_before = calls;
            EXPECT_TRUE(eventually(kDeadline, [&] { return calls > calls_before + 10; }));
            server.kill();
            server.start();
        }
    }
    ASSERT_TRUE(client.wait_connected(kDeadline));
    client.publish("a", "end");
    EXPECT_TRUE(eventually(kDeadline, [&] { return ends == 1; }));
}

}  // namespace
}  // namespace watchtower::nats
