#include "services/api-gateway/rate_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using test::Gateway;
using test::Seen;
using testing::HasSubstr;

constexpr const char* kDocument = "/api/v1/metrics/current";

TEST(RateLimit, CountsByKeyElseByAddress) {
    EXPECT_EQ(counted_as({Caller::Kind::with_key, "abc"}, "192.0.2.1"), "key:abc");
    EXPECT_EQ(counted_as({Caller::Kind::with_unknown_key}, "192.0.2.1"), "address:192.0.2.1") << "guesses, too";
    EXPECT_EQ(counted_as({}, "192.0.2.1"), "address:192.0.2.1");
    EXPECT_EQ(counted_as({}, "2001:db8:1:2:3:4:5:6"), "address:2001:db8:1:2::");
    EXPECT_EQ(counted_as({}, "::ffff:192.0.2.1"), "address:192.0.2.1");
}

TEST(RateLimit, SaysNothingWhenItIsOff) {
    Gateway gateway;
    gateway.show(test::hostile_state());
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(gateway.get(kDocument).header("RateLimit-Limit"), "");
    }
}

TEST(RateLimit, TellsWhatIsLeftOnEveryAnswerAndRefusesTheRest) {
    Gateway gateway({.rate_limit = 4});
    EXPECT_EQ(gateway.get(kDocument).header("RateLimit-Remaining"), "3") << "503, too";
    gateway.show(test::hostile_state());
    EXPECT_EQ(gateway.get("/api/v1/metrics/current?world=none").header("RateLimit-Remaining"), "2") << "404, too";
    EXPECT_EQ(gateway.get("/api/v1/metrics/current?world=-").header("RateLimit-Remaining"), "1") << "400, too";
    const Seen last = gateway.ask(std::string("HEAD ") + kDocument);
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(last.header("RateLimit-Limit"), "4");
    EXPECT_EQ(last.header("RateLimit-Remaining"), "0");
    EXPECT_EQ(last.header("RateLimit-Reset"), "60");
    const Seen refused = gateway.get("/api/v1/worlds");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(refused.header("Retry-After"), "60");
    EXPECT_EQ(refused.header("RateLimit-Remaining"), "0");
    EXPECT_THAT(refused.body, HasSubstr(R"("status":429)"));
}

TEST(RateLimit, IsForTheApiAlone) {
    Gateway gateway({.rate_limit = 1});
    EXPECT_EQ(gateway.get("/api/v1/worlds").status, 200);
    EXPECT_EQ(gateway.get("/api/v1/worlds").status, 429);
    for (const char* path : {"/", "/health", "/docs", "/openapi.json", "/metrics", "/web/icon.svg"}) {
        EXPECT_EQ(gateway.get(path).status, 200) << path;
        EXPECT_EQ(gateway.get(path).header("RateLimit-Limit"), "") << path;
    }
    EXPECT_EQ(gateway.ask("OPTIONS /api/v1/worlds").status, 204) << "browsers ask that before each request";
}

TEST(RateLimit, CountsGuessesOfKeysByAddressAndAcceptedKeysByThemselves) {
    Gateway gateway({.keys = {"one", "other"}, .policy = KeyPolicy::all, .rate_limit = 2});
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: guess1"}).status, 401);
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: guess2"}).header("RateLimit-Remaining"), "0");
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: guess3"}).status, 429);
    EXPECT_EQ(gateway.get("/api/v1/worlds").status, 429);
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: one"}).header("RateLimit-Remaining"), "1");
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"Authorization: Bearer one"}).header("RateLimit-Remaining"), "0");
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: one"}).status, 429);
    EXPECT_EQ(gateway.get("/api/v1/worlds", {"X-API-Key: other"}).status, 200);
}

}  // namespace
}  // namespace watchtower::gateway
