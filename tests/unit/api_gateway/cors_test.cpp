#include "services/api-gateway/cors.hpp"

#include <gtest/gtest.h>

#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using test::Gateway;
using test::Seen;

constexpr const char* kDocument = "/api/v1/metrics/current";

TEST(Cors, AllowsNobodyByDefault) {
    Gateway gateway;
    const Seen seen = gateway.get("/api/v1/worlds", {"Origin: https://play.example"});
    EXPECT_EQ(seen.status, 200);
    EXPECT_EQ(seen.header("Access-Control-Allow-Origin"), "");
}

TEST(Cors, AllowsTheOriginsOfTheListAlone) {
    Gateway gateway({.origins = {"https://play.example", "http://localhost:3000"}});
    const auto allowed = [&](const std::string& origin) {
        return gateway.get("/api/v1/worlds", {"Origin: " + origin}).header("Access-Control-Allow-Origin");
    };
    EXPECT_EQ(allowed("https://play.example"), "https://play.example");
    EXPECT_EQ(allowed("http://localhost:3000"), "http://localhost:3000");
    EXPECT_EQ(allowed("http://play.example"), "");
    EXPECT_EQ(allowed("https://play.example.evil.example"), "");
    EXPECT_EQ(allowed("null"), "");
}

TEST(Cors, TellsCachesThatTheAnswerDependsOnTheOrigin) {
    Gateway gateway({.origins = {"https://play.example"}});
    gateway.show(test::hostile_state());
    const Seen seen = gateway.get(kDocument);
    const auto [first, last] = seen.headers.equal_range("Vary");
    EXPECT_TRUE(std::any_of(first, last, [](const auto& header) { return header.second == "Origin"; }));
    EXPECT_EQ(seen.header("Access-Control-Allow-Origin"), "") << "no origin, no permission";
}

TEST(Cors, LetsAPageReadErrorsToo) {
    Gateway gateway({.keys = {"key"}, .policy = KeyPolicy::all, .origins = {"https://play.example"}});
    const Seen seen = gateway.get(kDocument, {"Origin: https://play.example"});
    EXPECT_EQ(seen.status, 401);
    EXPECT_EQ(seen.header("Access-Control-Allow-Origin"), "https://play.example");
    EXPECT_NE(seen.header("Access-Control-Expose-Headers").find("Watchtower-Simulated"), std::string::npos);
}

TEST(Cors, AnswersPreflightsWithoutAKey) {
    Gateway gateway({.keys = {"key"}, .policy = KeyPolicy::all, .origins = {"https://play.example"}});
    const Seen seen = gateway.ask(std::string("OPTIONS ") + kDocument,
                                  {"Origin: https://play.example",
                                   "Access-Control-Request-Method: GET",
                                   "Access-Control-Request-Headers: authorization"});
    EXPECT_EQ(seen.status, 204);
    EXPECT_EQ(seen.header("Access-Control-Allow-Origin"), "https://play.example");
    EXPECT_NE(seen.header("Access-Control-Allow-Methods").find("GET"), std::string::npos);
    EXPECT_NE(seen.header("Access-Control-Allow-Headers").find("Authorization"), std::string::npos);
    EXPECT_NE(seen.header("Access-Control-Allow-Methods").find("POST"), std::string::npos);
    const Seen other = gateway.ask(std::string("OPTIONS ") + kDocument, {"Origin: https://evil.example"});
    EXPECT_EQ(other.header("Access-Control-Allow-Methods"), "");
}

TEST(Cors, AllowsEverybodyWithAStar) {
    Gateway gateway({.origins = {"*"}});
    const Seen seen = gateway.get("/api/v1/worlds", {"Origin: https://anywhere.example"});
    EXPECT_EQ(seen.header("Access-Control-Allow-Origin"), "*");
}

TEST(Cors, RefusesWhatIsNoOrigin) {
    for (const char* text : {"play.example", "https://play.example/", "https://", "ftp://play.example", "https://*"}) {
        EXPECT_THROW(Cors({text}), BadInput) << text;
    }
}

}  // namespace
}  // namespace watchtower::gateway
