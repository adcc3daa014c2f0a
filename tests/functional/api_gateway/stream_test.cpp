#include <csignal>
#include <deque>

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/stream_client.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using http::test::RawClient;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr seconds kDeadline{20};
constexpr const char* kStream = "/api/v1/stream";

/// Gateways whose listeners are tests.
class GatewayStream : public testing::Test {
protected:
    [[nodiscard]] Service start(std::map<std::string, std::string> environment = {}) const {
        environment.insert({{"DATABASE_URL", stores_.reader_url()},
                            {"REDIS_URL", stores_.redis.url()},
                            {"NATS_URL", stores_.nats.url()},
                            {"TRUSTED_PROXIES", "127.0.0.1"},  // all listeners come from one address
                            {"MANAGEMENT_PORT", "0"}});
        return Service("api-gateway", {.environment = environment});
    }

    /// A new state of the world, so many seconds after the first one.
    proto::State put(int second, std::size_t players = 2) {
        auto state = sample_state("default", first_tick_ + seconds(second));
        state.alert_number = alert_number_;
        for (std::size_t i = 2; i < players; ++i) {
            state.document.nomads->by_player.push_back({"player" + std::to_string(i), {{"move", 1}}});
        }
        stores_.put(state);
        return state;
    }
    void announce(const proto::State& state) { stores_.announce(state); }

    void log_alert(std::uint64_t number) {
        alert_number_ = number;
        stores_.postgres.run("insert into alert_log (world, number, alert) values ('default', " +
                             std::to_string(number) + R"(, '{"id":"a)" + std::to_string(number) +
                             R"(","type":"low_activity","severity":"warning","message":"","value":1,"threshold":10,)"
                             R"("state":"active","opened_at":"2025-12-08T12:34:00.000Z","resolved_at":null}'))");
    }

    [[nodiscard]] static testing::AssertionResult shows(Service& gateway, const proto::State& state) {
        return eventually(kDeadline, [&] {
            return gateway.get("/api/v1/metrics/current").header("watchtower-tick") == to_epoch_seconds(state.tick);
        });
    }
    [[nodiscard]] static std::string id_of(const proto::State& state) {
        return "default:" + to_epoch_seconds(state.tick) + ":" + std::to_string(state.alert_number);
    }
    [[nodiscard]] static double metric(Service& gateway, const std::string& name) {
        http::Client client;
        const auto answer =
            client.get("http://127.0.0.1:" + std::to_string(gateway.port_of("management-port")) + "/metrics", {});
        const auto at = answer.body.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(answer.body.substr(at + name.size() + 2));
    }

    TimePoint first_tick_ = tick_at_or_before(SystemClock().now(), seconds(1)) - seconds(30);
    std::uint64_t alert_number_ = 0;
    WorldStores stores_;
};

TEST_F(GatewayStream, AnswersAsAStream) {
    Service gateway = start({{"API_KEY", "k1"}, {"API_AUTH", "all"}, {"CORS_ORIGINS", "https://play.example"}});
    const auto state = put(0);
    ASSERT_TRUE(eventually(kDeadline, [&] { return gateway.get("/ready").status == 200; }));
    StreamClient refused(gateway.port(), kStream);
    EXPECT_EQ(refused.status(), 401);
    StreamClient unknown(gateway.port(), std::string(kStream) + "?world=none", "X-API-Key: k1");
    EXPECT_EQ(unknown.status(), 404);
    StreamClient wrong(gateway.port(), std::string(kStream) + "?last_event_id=1", "X-API-Key: k1");
    EXPECT_EQ(wrong.status(), 400);
    StreamClient client(gateway.port(), kStream, "Authorization: Bearer k1\r\nOrigin: https://play.example");
    EXPECT_THAT(client.names(1), ElementsAre("snapshot"));
    EXPECT_EQ(client.event(0).id, id_of(state));
    EXPECT_EQ(client.event(0).data, encode(state.document));
    for (const char* header : {"HTTP/1.1 200 OK",
                               "Content-Type: text/event-stream",
                               "Cache-Control: no-store",
                               "X-Accel-Buffering: no",
                               "Access-Control-Allow-Origin: https://play.example",
                               "Watchtower-World: default",
                               "X-Request-Id: "}) {
        EXPECT_THAT(client.head(), HasSubstr(header));
    }
    EXPECT_EQ(client.head().find("Content-Length"), std::string::npos);
}

TEST_F(GatewayStream, AnswersHeadAndOptionsWithoutAStream) {
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, put(0)));
    const auto port = static_cast<std::uint16_t>(gateway.port());
    RawClient head(port);
    head.send("HEAD /api/v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto answer = head.read_answer(true);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    EXPECT_EQ(answer.header("Watchtower-World"), "default");
    EXPECT_EQ(head.read_to_end(), "");
    RawClient options(port);
    options.send("OPTIONS /api/v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto methods = options.read_answer();
    EXPECT_EQ(methods.status(), 204);
    EXPECT_EQ(methods.header("Allow"), "GET, HEAD, OPTIONS");
    options.send("POST /api/v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(options.read_answer().status(), 405);
    EXPECT_TRUE(eventually(kDeadline, [&] { return metric(gateway, "watchtower_stream_listeners") == 0; }));
}

TEST_F(GatewayStream, GivesAHalfClosedClientWhatThereIs) {
    Service gateway = start();
    const auto state = put(0);
    ASSERT_TRUE(shows(gateway, state));
    RawClient client(static_cast<std::uint16_t>(gateway.port()));
    client.get(kStream);
    client.finish_sending();
    EXPECT_THAT(client.read_to_end(), testing::EndsWith("data: " + encode(state.document) + "\n\n"));
    EXPECT_TRUE(eventually(kDeadline, [&] { return metric(gateway, "watchtower_stream_listeners") == 0; }));
}

TEST_F(GatewayStream, TakesARubbishLastEventIdForNone) {
    Service gateway = start();
    const auto state = put(0);
    ASSERT_TRUE(shows(gateway, state));
    const std::string later = to_epoch_seconds(state.tick + std::chrono::hours(24));
    for (const std::string& last : {std::string(":::"),
                                    std::string("\xFF\xFE"),
                                    std::string(8'000, ':'),
                                    "other:" + to_epoch_seconds(state.tick) + ":0",
                                    "default:" + later + ":0",
                                    "default:" + to_epoch_seconds(state.tick) + ":18446744073709551616"}) {
        StreamClient client(gateway.port(), kStream, "Last-Event-ID: " + last);
        ASSERT_THAT(client.names(1), ElementsAre("snapshot")) << last;
        EXPECT_EQ(client.event(0).id, id_of(state)) << last;
    }
}

TEST_F(GatewayStream, GoesOnByPollingWhileNatsIsAway) {
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, put(0)));
    StreamClient client(gateway.port(), kStream);
    ASSERT_THAT(client.names(1), testing::SizeIs(1));
    announce(put(1));
    client.names(2);
    stores_.nats.kill();
    put(2);
    client.names(3);
    stores_.nats.start();
    announce(put(3));
    client.names(4);
    EXPECT_EQ(client.event(3).id, "default:" + to_epoch_seconds(first_tick_ + seconds(3)) + ":0");
}

TEST_F(GatewayStream, GivesWhatWasMissedInAnotherReplicaToo) {
    Service one = start();
    Service other = start();
    put(0);
    ASSERT_TRUE(shows(one, put(1)));
    StreamClient client(one.port(), kStream);
    client.names(1);
    log_alert(1);
    announce(put(2));
    client.names(3);
    EXPECT_THAT(client.ids_of("alert"), testing::SizeIs(1));
    one.kill();
    log_alert(2);
    const auto newest = put(3);
    ASSERT_TRUE(shows(other, newest));
    StreamClient again(other.port(), kStream, "Last-Event-ID: " + client.event(2).id);
    again.names(2);
    EXPECT_THAT(again.ids_of("snapshot"), testing::SizeIs(1));
    ASSERT_THAT(again.ids_of("alert"), testing::SizeIs(1));
    EXPECT_TRUE(again.ids_of("alert").front().ends_with(":2"));
}

TEST_F(GatewayStream, SendsDocumentsWhilePostgresqlIsAwayAndAlertsWhenItIsBack) {
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, put(0)));
    StreamClient client(gateway.port(), kStream);
    client.names(1);
    log_alert(1);
    stores_.postgres.freeze();
    announce(put(1));
    client.names(2);
    EXPECT_THAT(client.ids_of("snapshot"), testing::SizeIs(2));
    stores_.postgres.thaw();
    client.names(3);
    EXPECT_THAT(client.ids_of("alert"), testing::SizeIs(1));
}

TEST_F(GatewayStream, ServesAThousandListenersAndEndsThemCleanly) {
    constexpr std::size_t kListeners = 1'200;
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, put(0)));
    std::deque<StreamClient> listeners;
    for (std::size_t i = 0; i < kListeners; ++i) {
        listeners.emplace_back(gateway.port(), kStream);
    }
    for (StreamClient& listener : listeners) {
        ASSERT_THAT(listener.names(1), testing::SizeIs(1));
    }
    EXPECT_EQ(metric(gateway, "watchtower_stream_listeners"), kListeners);
    const auto second = put(1, 1'000);
    announce(second);
    for (StreamClient& listener : listeners) {
        ASSERT_THAT(listener.names(2), testing::SizeIs(2));
        ASSERT_EQ(listener.event(1).data, encode(second.document));
    }
    EXPECT_EQ(gateway.get("/health").status, 200);
    gateway.process().signal(SIGTERM);
    for (StreamClient& listener : listeners) {
        ASSERT_TRUE(listener.ends_cleanly());
    }
    EXPECT_EQ(gateway.process().wait(seconds(10)), 0) << gateway.output();
}

TEST_F(GatewayStream, SkipsOneThatDoesNotReadToTheNewest) {
    constexpr std::size_t kPlayers = 1'000;
    constexpr int kMostTicks = 1'000;
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, put(0, kPlayers)));
    StreamClient frozen(gateway.port(), kStream, "", 4'096);
    StreamClient reader(gateway.port(), kStream);
    reader.names(1);
    int ticks = 1;
    while (metric(gateway, R"(watchtower_stream_troubles_total{trouble="skipped"})") < 1 && ticks < kMostTicks) {
        announce(put(ticks++, kPlayers));
        reader.names(static_cast<std::size_t>(ticks));
    }
    EXPECT_LT(ticks, kMostTicks) << "what waits for him has a bound";
    EXPECT_EQ(reader.ids_of("snapshot").back(), "default:" + to_epoch_seconds(first_tick_ + seconds(ticks - 1)) + ":0");
    EXPECT_EQ(gateway.get("/health").status, 200);
    gateway.process().signal(SIGTERM);
    EXPECT_TRUE(reader.ends_cleanly());
    EXPECT_EQ(gateway.process().wait(seconds(10)), 0) << gateway.output();
}

}  // namespace
}  // namespace watchtower::test
