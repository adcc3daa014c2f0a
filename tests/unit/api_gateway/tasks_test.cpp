#include "services/api-gateway/routes/tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using test::Gateway;
using test::Seen;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kCollect = "POST /api/v1/metrics/collect";
constexpr const char* kKey = "X-API-Key: key";
const std::string kTask = "/api/v1/tasks/0123456789abcdef0123456789abcdef";

class TaskRoutes : public testing::Test {
protected:
    TaskRoutes() { gateway_.show(test::hostile_state()); }

    Gateway gateway_{{.keys = {"key"}}};
};

TEST_F(TaskRoutes, AnswerThatTheyCannotWithoutRedis) {
    for (const std::string& request :
         {std::string(kCollect), "GET " + kTask, std::string("POST /api/metrics/collect")}) {
        const Seen seen = gateway_.ask(request, {kKey});
        EXPECT_EQ(seen.status, 503) << request;
        EXPECT_NE(seen.header("Retry-After"), "") << request;
        EXPECT_EQ(seen.header("Content-Type"), "application/problem+json") << request;
        EXPECT_THAT(seen.body, Not(HasSubstr("127.0.0.1"))) << "nothing of the inside";
    }
}

TEST_F(TaskRoutes, LetNobodyCollectWithoutAKey) {
    EXPECT_EQ(gateway_.ask(kCollect).status, 401);
    EXPECT_EQ(gateway_.ask(kCollect, {"X-API-Key: other"}).status, 401);
    Gateway without_keys;
    without_keys.show(test::hostile_state());
    EXPECT_EQ(without_keys.ask(kCollect).status, 403);
    EXPECT_EQ(gateway_.get(kTask).status, 503) << "looking needs none";
}

TEST_F(TaskRoutes, KnowTheWorldsBeforeTheyAskRedis) {
    EXPECT_EQ(gateway_.ask(std::string(kCollect) + "?world=elsewhere", {kKey}).status, 404);
    EXPECT_EQ(gateway_.ask(std::string(kCollect) + "?world=No%20World", {kKey}).status, 400);
    EXPECT_EQ(gateway_.ask(std::string(kCollect) + "?when=now", {kKey}).status, 400);
    Gateway empty({.keys = {"key"}});
    const Seen nothing_yet = empty.ask(kCollect, {kKey});
    EXPECT_EQ(nothing_yet.status, 503);
    EXPECT_THAT(nothing_yet.body, HasSubstr("no world is known yet"));
}

TEST_F(TaskRoutes, FindNothingUnderWhatIsNoTasksId) {
    for (const char* id : {"x", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef0", "..", "%2a"}) {
        EXPECT_EQ(gateway_.get(std::string("/api/v1/tasks/") + id).status, 404) << id;
    }
}

TEST_F(TaskRoutes, SayWhichMethodsTheyTake) {
    const Seen seen = gateway_.get("/api/v1/metrics/collect");
    EXPECT_EQ(seen.status, 405);
    EXPECT_THAT(seen.header("Allow"), HasSubstr("POST"));
    EXPECT_EQ(gateway_.ask("POST " + kTask, {kKey}).status, 405);
}

}  // namespace
}  // namespace watchtower::gateway
