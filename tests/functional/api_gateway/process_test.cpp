#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kDocument = "/api/v1/metrics/current";

/// Stores that are not there, on ports that nothing listens on.
std::map<std::string, std::string> nowhere(std::map<std::string, std::string> environment = {}) {
    environment.insert({{"DATABASE_URL", "postgresql://watchtower_reader:s3cret@127.0.0.1:1/watchtower"},
                        {"REDIS_URL", "redis://:s3cret@127.0.0.1:1/0"},
                        {"NATS_URL", "nats://user:s3cret@127.0.0.1:1"},
                        {"MANAGEMENT_PORT", "0"}});
    return environment;
}

TEST(GatewayProcess, StartsAndEndsWithoutAnyStore) {
    Service gateway("api-gateway", {.environment = nowhere()});
    EXPECT_EQ(gateway.get("/health").status, 200);
    EXPECT_EQ(gateway.get("/ready").status, 503);
    EXPECT_EQ(gateway.get(kDocument).status, 503);
    EXPECT_EQ(gateway.get("/api/v1/worlds").body, R"({"worlds":[]})");
    EXPECT_EQ(gateway.get("/metrics").status, 200);
    EXPECT_THAT(gateway.output(), HasSubstr("no_api_key"));
    EXPECT_THAT(gateway.output(), Not(HasSubstr("s3cret")));
    gateway.process().signal(SIGTERM);
    gateway.process().signal(SIGTERM);
    EXPECT_EQ(gateway.process().wait(seconds(10)), 0) << gateway.output();
}

TEST(GatewayProcess, AsksForItsKeys) {
    Service gateway("api-gateway", {.environment = nowhere({{"API_KEY", "k1,k2"}, {"API_AUTH", "all"}})});
    EXPECT_EQ(gateway.get("/api/v1/worlds").status, 401);
    EXPECT_EQ(gateway.get("/api/v1/worlds", {{"Authorization", "Bearer k2"}}).status, 200);
    EXPECT_EQ(gateway.get("/api/worlds", {{"X-API-Key", "k1"}}).status, 200);
    EXPECT_EQ(gateway.get("/api/worlds", {{"X-API-Key", "k3"}}).status, 401);
    EXPECT_EQ(gateway.get("/openapi.json").status, 200);
    EXPECT_THAT(gateway.output(), Not(HasSubstr("no_api_key")));
}

TEST(GatewayProcess, ForbidsWhatNeedsAKeyWhenThereIsNone) {
    Service gateway("api-gateway", {.environment = nowhere({{"API_AUTH", "all"}})});
    EXPECT_EQ(gateway.get("/api/v1/worlds").status, 403);
    EXPECT_EQ(gateway.get("/api/v1/worlds", {{"X-API-Key", ""}}).status, 403);
}

TEST(GatewayProcess, ReadsItsKeysFromAFileAndTellsThemNowhere) {
    const TemporaryFolder folder;
    const auto keys = folder.write("keys", "old-s3cret,new-s3cret\n");
    Service gateway("api-gateway", {.environment = nowhere({{"API_KEY_FILE", keys}, {"LOG_LEVEL", "debug"}})});
    for (const char* key : {"old-s3cret", "new-s3cret"}) {
        EXPECT_EQ(gateway.post("/api/v1/metrics/collect", {{"X-API-Key", key}}).status, 503) << "no store";
    }
    const auto refused = gateway.post("/api/v1/metrics/collect", {{"Authorization", "Bearer wrong-s3cret"}});
    EXPECT_EQ(refused.status, 401);
    EXPECT_TRUE(refused.header("www-authenticate"));
    EXPECT_THAT(refused.body, Not(HasSubstr("s3cret")));
    EXPECT_EQ(gateway.get("/api/v1/worlds?api_key=old-s3cret").status, 400);
    EXPECT_THAT(gateway.output(), Not(HasSubstr("s3cret")));
}

TEST(GatewayProcess, AnswersHostileRequestsWithProblems) {
    Service gateway("api-gateway", {.environment = nowhere()});
    struct Case {
        const char* target;
        int status;
    };
    for (const Case& one : {Case{"/api/v1/metrics/current?world=%ff%fe", 400},
                            Case{"/api/v1/metrics/current?world=%00", 400},
                            Case{"/api/v1/metrics/current?world=%E2%82", 400},
                            Case{"/api/v1/metrics/current?world=..%2f..%2fetc", 400},
                            Case{"/api/v1/metrics/current?%ff=1", 400},
                            Case{"/api/v1/metrics/current?world=a&world=a", 400},
                            Case{"/api/v1/metrics/current?nothing", 400},
                            Case{"/api/v1/metrics/%2e%2e/current", 404},
                            Case{"/api/v1/metrics/CURRENT", 404},
                            Case{"/api/v1/snapshots/%ff", 400},
                            Case{"/api/v1/snapshots/'%3bdrop%20table%20worlds", 400},
                            Case{"/api/v1/snapshots/", 404},
                            Case{"/api/v1/dashboard/stats?time_window=1e3", 400},
                            Case{"/web/..%2fmain.cpp", 404}}) {
        const auto answer = gateway.get(one.target);
        EXPECT_EQ(answer.status, one.status) << one.target << ' ' << answer.body;
        EXPECT_EQ(answer.header("content-type"), "application/problem+json") << one.target;
        EXPECT_TRUE(answer.header("x-request-id")) << one.target;
    }
    EXPECT_EQ(gateway.get("/health").status, 200);
}

TEST(GatewayProcess, TellsWhatIsWrongWithItsOptions) {
    const Ended ended = run_to_end("api-gateway",
                                   {"--port=x", "--api-auth=some", "--cors-origins=example.org/path"},
                                   {{"REDIS_URL", "http://nowhere:s3cret@x"}, {"DATABASE_URL", "s3cret=1"}});
    EXPECT_EQ(ended.code, 2);
    for (const char* name : {"PORT", "API_AUTH"}) {
        EXPECT_THAT(ended.output, HasSubstr(name));
    }
    EXPECT_THAT(ended.output, Not(HasSubstr("s3cret")));
    const Ended cross = run_to_end("api-gateway", {"--cors-origins=example.org/path"}, {{"NATS_URL", "s3cret://x"}});
    EXPECT_EQ(cross.code, 2);
    EXPECT_THAT(cross.output, HasSubstr("CORS_ORIGINS"));
    const Ended proxies = run_to_end("api-gateway", {"--trusted-proxies=10.0.0.0/8,proxy"});
    EXPECT_EQ(proxies.code, 2);
    EXPECT_THAT(proxies.output, HasSubstr("TRUSTED_PROXIES: 'proxy'"));
    const Ended key = run_to_end("api-gateway", {}, {{"API_KEY", "good,two words-s3cret"}});
    EXPECT_EQ(key.code, 2);
    EXPECT_THAT(key.output, HasSubstr("API_KEY"));
    EXPECT_THAT(key.output, Not(HasSubstr("s3cret")));
    EXPECT_EQ(run_to_end("api-gateway", {"--check-config"}).code, 0);
    EXPECT_EQ(run_to_end("api-gateway", {"--rate-limit=-5"}).code, 2);
    EXPECT_EQ(run_to_end("api-gateway", {"--rate-limits=5"}).code, 2) << "an option that would do nothing";
}

TEST(GatewayProcess, EndsWhenItCannotListen) {
    const Service first("api-gateway", {.environment = nowhere()});
    const Ended second = run_to_end("api-gateway", {"--port=" + std::to_string(first.port())}, nowhere());
    EXPECT_EQ(second.code, 1);
    EXPECT_THAT(second.output, HasSubstr(std::to_string(first.port())));
}

}  // namespace
}  // namespace watchtower::test
