#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kDeadline{20};
constexpr const char* kDocument = "/api/v1/metrics/current";
constexpr const char* kDashboard = "/api/v1/dashboard/stats";

class Gateway : public testing::Test {
protected:
    Gateway() {
        for (const std::string table : {"gameplay_metrics", "player_activity", "event_metrics"}) {
            std::string create = "create table ";
            create.append(table).append("_of_a_test partition of ").append(table).append(" default");
            stores_.postgres.run(create);
        }
    }

    [[nodiscard]] Service start(std::map<std::string, std::string> environment = {}) const {
        environment.insert({{"DATABASE_URL", stores_.reader_url()},
                            {"REDIS_URL", stores_.redis.url()},
                            {"NATS_URL", stores_.nats.url()},
                            {"MANAGEMENT_PORT", "0"}});
        return Service("api-gateway", {.environment = environment});
    }

    static proto::State state_of_age(seconds age, const std::string& world = "default") {
        return sample_state(world, tick_at_or_before(SystemClock().now(), seconds(1)) - age);
    }

    static testing::AssertionResult shows(Service& gateway, const proto::State& state) {
        std::string last;
        return eventually(
            kDeadline,
            [&] {
                const auto answer = gateway.get(std::string(kDocument) + "?world=" + state.world);
                last = answer.body;
                return answer.header("watchtower-tick") == to_epoch_seconds(state.tick);
            },
            [&] { return last; });
    }

    static testing::AssertionResult answers(Service& gateway, const std::string& path, int status) {
        int seen = 0;
        return eventually(
            kDeadline,
            [&] { return (seen = gateway.get(path).status) == status; },
            [&] { return std::to_string(seen); });
    }

    WorldStores stores_;
};

TEST_F(Gateway, ServesTheStateThatIsAnnounced) {
    Service gateway = start();
    const auto nothing_yet = gateway.get(kDocument);
    EXPECT_EQ(nothing_yet.status, 503);
    EXPECT_TRUE(nothing_yet.retry_after);
    for (const int age : {20, 10}) {
        const auto state = state_of_age(seconds(age));
        stores_.store(state);
        stores_.put(state);
        stores_.announce(state);
        ASSERT_TRUE(shows(gateway, state));
        EXPECT_EQ(gateway.get(kDocument).body, encode(state.document));
        EXPECT_TRUE(answers(gateway, kDashboard, 200));
    }
}

TEST_F(Gateway, GoesOnWithPostgresqlWithoutRedisAndNats) {
    const auto first = state_of_age(seconds(200));
    stores_.store(first);
    stores_.put(first);
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, first));
    stores_.redis.kill();
    stores_.nats.kill();
    const auto second = state_of_age(seconds(1));
    stores_.store(second);
    EXPECT_TRUE(shows(gateway, second));
    EXPECT_EQ(gateway.get("/ready").status, 200);
    std::string health;
    EXPECT_TRUE(eventually(
        seconds(10),
        [&] {
            health = gateway.get("/health").body;
            return health.find(R"("redis":"down")") != std::string::npos;
        },
        [&] { return health; }));
}

TEST_F(Gateway, GoesOnWithRedisWithoutPostgresql) {
    const auto first = state_of_age(seconds(10));
    stores_.put(first);
    stores_.postgres.kill();
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, first));
    const auto dashboard = gateway.get(kDashboard);
    EXPECT_EQ(dashboard.status, 503);
    EXPECT_TRUE(dashboard.retry_after);
    EXPECT_THAT(dashboard.body, Not(HasSubstr("127.0.0.1")));
    EXPECT_EQ(gateway.get("/api/v1/snapshots/" + to_epoch_seconds(first.tick)).status, 503);
    const auto second = state_of_age(seconds(1));
    stores_.put(second);
    EXPECT_TRUE(shows(gateway, second));
    EXPECT_EQ(gateway.get("/ready").status, 200);
    stores_.postgres.start();
    stores_.store(second);
    EXPECT_TRUE(answers(gateway, kDashboard, 200)) << "and again with it";
}

TEST_F(Gateway, KeepsServingWhileItsStoresAreFrozen) {
    const auto state = state_of_age(seconds(1));
    stores_.store(state);
    stores_.put(state);
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, state));
    stores_.redis.freeze();
    stores_.postgres.freeze();
    stores_.nats.freeze();
    EXPECT_TRUE(answers(gateway, kDashboard, 503));
    EXPECT_EQ(gateway.get(kDocument).body, encode(state.document));
    EXPECT_TRUE(eventually(kDeadline,
                           [&] { return gateway.get("/health").body.find(R"("redis":"down")") != std::string::npos; }));
    EXPECT_EQ(gateway.get("/ready").status, 200);
    gateway.process().signal(SIGTERM);
    EXPECT_EQ(gateway.process().wait(seconds(10)), 0);
    stores_.redis.thaw();
    stores_.postgres.thaw();
    stores_.nats.thaw();
}

TEST_F(Gateway, MarksAStateThatNobodyRenews) {
    auto state = state_of_age(seconds(0));
    state.interval = Milliseconds(1'000);
    stores_.put(state);
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, state));
    const std::string fresh_tag(gateway.get(kDocument).header("etag").value_or(""));
    EXPECT_TRUE(
        eventually(kDeadline, [&] { return gateway.get(kDocument).body.find("collector_down") != std::string::npos; }));
    const auto stale = gateway.get(kDocument, {{"If-None-Match", fresh_tag}});
    EXPECT_EQ(stale.status, 200);
    EXPECT_EQ(stale.header("cache-control"), "public, max-age=0");
}

TEST_F(Gateway, ShowsTheSameInEveryReplica) {
    const auto state = state_of_age(seconds(1));
    stores_.store(state);
    stores_.put(state);
    Service one = start();
    Service other = start();
    ASSERT_TRUE(shows(one, state));
    ASSERT_TRUE(shows(other, state));
    for (const char* path : {kDocument, kDashboard, "/api/v1/alerts", "/api/v1/metrics/pvp", "/metrics"}) {
        const auto first = one.get(path);
        const auto second = other.get(path);
        EXPECT_EQ(first.body, second.body) << path;
        EXPECT_EQ(first.header("etag"), second.header("etag")) << path;
    }
}

TEST_F(Gateway, TakesTasksWhileThereIsRedis) {
    const auto state = state_of_age(seconds(1));
    stores_.store(state);
    stores_.put(state);
    Service gateway = start({{"API_KEY", "k1"}, {"TRUSTED_PROXIES", "127.0.0.0/8"}});
    ASSERT_TRUE(shows(gateway, state));
    const std::string collect = "/api/v1/metrics/collect";
    EXPECT_EQ(gateway.post(collect).status, 401);
    EXPECT_EQ(gateway.post(collect + "?world=other", {{"X-API-Key", "k1"}}).status, 404);
    const auto accepted = gateway.post(collect, {{"X-API-Key", "k1"}}, "a body that nobody needs");
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    const std::string location(accepted.header("location").value_or(""));
    EXPECT_EQ(gateway.get(location).body, accepted.body);
    EXPECT_EQ(gateway.post("/api/metrics/collect", {{"Authorization", "Bearer k1"}}).status, 202);
    EXPECT_EQ(gateway.get("/api/v1/tasks/" + std::string(32, '0')).status, 404);
    stores_.redis.freeze();
    const auto refused = gateway.post(collect, {{"X-API-Key", "k1"}, {"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}});
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(eventually(kDeadline, [&] { return gateway.output().find("203.0.113.9") != std::string::npos; }))
        << "the log tells who asked";
    EXPECT_THAT(gateway.output(), Not(HasSubstr("1.1.1.1")));
    EXPECT_TRUE(refused.retry_after);
    EXPECT_THAT(refused.body, Not(HasSubstr("127.0.0.1")));
    EXPECT_EQ(gateway.get(location).status, 503);
    EXPECT_EQ(gateway.get(kDocument).status, 200);
    stores_.redis.thaw();
    EXPECT_TRUE(answers(gateway, location, 200)) << "and again with it";
    stores_.redis.kill();
    EXPECT_EQ(gateway.post(collect, {{"X-API-Key", "k1"}}).status, 503);
    stores_.redis.start();
    EXPECT_TRUE(answers(gateway, location, 404)) << "it has forgotten everything";
    EXPECT_EQ(gateway.post(collect, {{"X-API-Key", "k1"}}).status, 202);
}

TEST_F(Gateway, ServesSeveralWorlds) {
    const auto first = state_of_age(seconds(2), "north");
    const auto second = state_of_age(seconds(1), "south");
    stores_.put(first, 0);
    stores_.put(second, 1);
    Service gateway = start();
    ASSERT_TRUE(shows(gateway, first));
    ASSERT_TRUE(shows(gateway, second));
    EXPECT_EQ(gateway.get(kDocument).header("watchtower-world"), "north");
    EXPECT_EQ(gateway.get(std::string(kDocument) + "?world=east").status, 404);
    EXPECT_THAT(gateway.get("/api/v1/worlds").body, HasSubstr(R"({"name":"north","default":true)"));
}

}  // namespace
}  // namespace watchtower::test
