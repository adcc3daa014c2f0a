#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "common/nats/client.hpp"
#include "tests/integration/nats/inbox.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"

namespace watchtower::nats {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;
using test::NatsServer;

constexpr seconds kDeadline{10};

StreamOptions stream_of(std::vector<std::string> subjects) {
    return {.name = "STREAM",
            .subjects = std::move(subjects),
            .max_age = hours(24),
            .duplicate_window = std::chrono::minutes(10)};
}

TEST(NatsJetStream, AcknowledgesWhatItStoredAndRecognisesDuplicates) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"a.>"})));
    const auto first = client.publish_acked("a.b", "1", {{"Nats-Msg-Id", "a.b:1"}}, kDeadline);
    const auto second = client.publish_acked("a.b", "2", {{"Nats-Msg-Id", "a.b:2"}}, kDeadline);
    const auto again = client.publish_acked("a.b", "1", {{"Nats-Msg-Id", "a.b:1"}}, kDeadline);
    ASSERT_TRUE(first && second && again);
    EXPECT_EQ(first->stream, "STREAM");
    EXPECT_EQ(first->sequence, 1U);
    EXPECT_FALSE(first->duplicate);
    EXPECT_EQ(second->sequence, 2U);
    EXPECT_EQ(again->sequence, 1U);
    EXPECT_TRUE(again->duplicate);
}

TEST(NatsJetStream, RemembersOverACrash) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"a"})));
    ASSERT_TRUE(client.publish_acked("a", "1", {{"Nats-Msg-Id", "1"}}, kDeadline));
    server.kill();
    server.start();
    std::optional<PublishAck> again;
    EXPECT_TRUE(eventually(kDeadline, [&] {
        again = client.publish_acked("a", "1", {{"Nats-Msg-Id", "1"}}, kDeadline);
        return again.has_value();
    }));
    EXPECT_TRUE(again->duplicate);
    EXPECT_EQ(client.last_stored("STREAM", "a")->body, "1");
}

TEST(NatsJetStream, FindsTheLastStoredMessage) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    EXPECT_EQ(client.last_stored("STREAM", "a"), std::nullopt);
    ASSERT_TRUE(client.ensure_stream(stream_of({"a", "b"})));
    EXPECT_EQ(client.last_stored("STREAM", "a"), std::nullopt);
    client.publish_acked("a", "old", {}, kDeadline);
    client.publish_acked("a", "new", {{"Watchtower-Tick", "7"}}, kDeadline);
    client.publish_acked("b", "other", {}, kDeadline);
    const auto last = client.last_stored("STREAM", "a");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->subject, "a");
    EXPECT_EQ(last->body, "new");
    EXPECT_EQ(last->headers, (Headers{{"Watchtower-Tick", "7"}}));
}

TEST(NatsJetStream, ChangesAnExistingStream) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"a"})));
    ASSERT_TRUE(client.publish_acked("a", "kept", {}, kDeadline));
    EXPECT_EQ(client.publish_acked("b", "not taken", {}, kDeadline), std::nullopt);
    StreamOptions wider = stream_of({"a", "b"});
    wider.max_age = hours(48);
    wider.duplicate_window = seconds(60);
    ASSERT_TRUE(client.ensure_stream(wider));
    ASSERT_TRUE(client.ensure_stream(wider));
    EXPECT_EQ(client.publish_acked("b", "taken", {}, kDeadline)->sequence, 2U);
    EXPECT_EQ(client.last_stored("STREAM", "a")->body, "kept");
    const std::string info = client.request("$JS.API.STREAM.INFO.STREAM", "", kDeadline).body;
    EXPECT_THAT(info, testing::HasSubstr(R"("max_age":172800000000000)"));
    EXPECT_THAT(info, testing::HasSubstr(R"("duplicate_window":60000000000)"));
}

TEST(NatsJetStream, LeavesAloneWhatAnOperatorHasSetOnTheStream) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    (void)client.request("$JS.API.STREAM.CREATE.STREAM",
                         R"({"name":"STREAM","subjects":["x"],"storage":"file","retention":"limits","num_replicas":1,)"
                         R"("max_bytes":1048576,"max_msgs":-1,"max_consumers":-1,"discard":"old"})",
                         kDeadline);
    ASSERT_TRUE(client.ensure_stream(stream_of({"a"})));
    const std::string info = client.request("$JS.API.STREAM.INFO.STREAM", "", kDeadline).body;
    EXPECT_THAT(info, testing::HasSubstr(R"("subjects":["a"])"));
    EXPECT_THAT(info, testing::HasSubstr(R"("max_bytes":1048576)"));
}

TEST(NatsJetStream, RefusesAStreamThatCannotBe) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"a"})));
    StreamOptions overlapping = stream_of({"a"});
    overlapping.name = "OTHER";
    EXPECT_THROW(client.ensure_stream(overlapping), Error);
}

/// Without an acknowledgement to wait for, a subscriber must neither delay it nor get it twice.
void expect_plain_delivery(NatsServer& server) {
    Client client({.url = server.url()});
    Inbox inbox;
    const auto subscription = client.subscribe("a", [&](Message message) { inbox.add(std::move(message)); });
    ASSERT_TRUE(client.wait_connected(kDeadline));
    EXPECT_EQ(client.publish_acked("a", "x", {{"Nats-Msg-Id", "1"}}, kDeadline), std::nullopt);
    client.publish_flushed("a", "end", {}, kDeadline);
    EXPECT_TRUE(eventually(kDeadline, [&] { return inbox.count("end") == 1; }));
    EXPECT_EQ(inbox.count("x"), 1U);
}

TEST(NatsJetStream, PublishesPlainlyWithoutAStream) {
    NatsServer server({.user = "", .jetstream = true});
    expect_plain_delivery(server);
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"other"})));
    expect_plain_delivery(server);
}

TEST(NatsJetStream, PublishesPlainlyToAServerWithoutJetStream) {
    NatsServer server;
    Client client({.url = server.url()});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    EXPECT_FALSE(client.ensure_stream(stream_of({"a"})));
    EXPECT_EQ(client.last_stored("STREAM", "a"), std::nullopt);
    expect_plain_delivery(server);
}

TEST(NatsJetStream, ReportsAFrozenServerAsUnavailable) {
    NatsServer server({.user = "", .jetstream = true});
    Client client({.url = server.url(), .timeout = milliseconds(200)});
    ASSERT_TRUE(client.wait_connected(kDeadline));
    ASSERT_TRUE(client.ensure_stream(stream_of({"a"})));
    server.freeze();
    EXPECT_THROW(client.publish_acked("a", "x", {}, milliseconds(100)), Unavailable);
    EXPECT_THROW(client.ensure_stream(stream_of({"a"})), Unavailable);
    EXPECT_THROW(client.last_stored("STREAM", "a"), Unavailable);
    server.thaw();
    EXPECT_TRUE(eventually(kDeadline, [&] { return client.publish_acked("a", "y", {}, kDeadline).has_value(); }));
}

}  // namespace
}  // namespace watchtower::nats
