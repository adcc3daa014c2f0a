#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kWorlds = "/api/v1/worlds";

/// Gateways with a limit of 20 requests a minute, Redis, and nothing else.
class RateLimited : public testing::Test {
protected:
    Service start() {
        return Service("api-gateway",
                       {.environment = {{"DATABASE_URL", "postgresql://watchtower_reader@127.0.0.1:1/watchtower"},
                                        {"REDIS_URL", redis_.url()},
                                        {"NATS_URL", "nats://127.0.0.1:1"},
                                        {"API_KEY", "k3y-one,k3y-two"},
                                        {"RATE_LIMIT", "20"},
                                        {"TRUSTED_PROXIES", "127.0.0.1"},
                                        {"MANAGEMENT_PORT", "0"}}});
    }

    static testing::AssertionResult knows_redis(Service& gateway, const std::string& state) {
        std::string health;
        return eventually(
            seconds(20),
            [&] {
                health = gateway.get("/health").body;
                return health.find(R"("redis":")" + state) != std::string::npos;
            },
            [&] { return health; });
    }

    static int answered(Service& gateway, int requests, const std::vector<http::Pair>& headers) {
        int granted = 0;
        for (int i = 0; i < requests; ++i) {
            const auto answer = gateway.get(kWorlds, headers);
            EXPECT_THAT(answer.status, testing::AnyOf(200, 429)) << answer.body;
            EXPECT_TRUE(answer.header("ratelimit-remaining"));
            granted += answer.status == 200 ? 1 : 0;
        }
        return granted;
    }

    RedisServer redis_;
};

TEST_F(RateLimited, CountsOverReplicasByKeyAndByAddressBehindTheProxy) {
    Service one = start();
    Service other = start();
    ASSERT_TRUE(knows_redis(one, "up"));
    ASSERT_TRUE(knows_redis(other, "up"));
    for (const std::vector<http::Pair>& who : {std::vector<http::Pair>{{"X-API-Key", "k3y-one"}},
                                               {{"Authorization", "Bearer k3y-two"}},
                                               {{"X-Forwarded-For", "203.0.113.1"}},
                                               {{"X-Forwarded-For", "203.0.113.2"}, {"X-API-Key", "guess"}}}) {
        EXPECT_EQ(answered(one, 10, who) + answered(other, 15, who), 20) << who.front().second;
        const auto refused = one.get(kWorlds, who);
        EXPECT_EQ(refused.status, 429);
        EXPECT_TRUE(refused.retry_after);
    }
    EXPECT_EQ(one.get("/health").status, 200);
    EXPECT_THAT(one.output() + other.output(), Not(HasSubstr("k3y")));
}

TEST_F(RateLimited, GoesOnByItselfWithoutRedis) {
    Service gateway = start();
    ASSERT_TRUE(knows_redis(gateway, "up"));
    const std::vector<http::Pair> who = {{"X-API-Key", "k3y-one"}};
    EXPECT_EQ(answered(gateway, 5, who), 5);
    redis_.freeze();
    EXPECT_EQ(answered(gateway, 20, who), 15) << "the minute goes on";
    ASSERT_TRUE(knows_redis(gateway, "down"));
    EXPECT_EQ(answered(gateway, 25, {{"X-API-Key", "k3y-two"}}), 20);
    EXPECT_THAT(gateway.output(), HasSubstr("rate_limit_alone"));
    redis_.thaw();
    ASSERT_TRUE(knows_redis(gateway, "up"));
    EXPECT_EQ(answered(gateway, 25, {{"X-Forwarded-For", "203.0.113.1"}}), 20);
    EXPECT_TRUE(eventually(seconds(10), [&] {
        (void)gateway.get(kWorlds, {{"X-Forwarded-For", "203.0.113.2"}});
        return gateway.output().find("rate_limit_shared") != std::string::npos;
    }));
}

}  // namespace
}  // namespace watchtower::test
