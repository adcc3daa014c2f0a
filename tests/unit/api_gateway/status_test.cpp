#include "services/api-gateway/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

StatusNow status_with(std::optional<std::vector<proto::Replica>> replicas) {
    StatusNow status;
    status.status = "ok";
    status.replicas = std::move(replicas);
    const auto redis = std::make_shared<Dependency>("redis");
    redis->failed("redis secret-host:6379: refused");
    status.dependencies = {std::make_shared<Dependency>("postgres"), redis};
    auto worlds = std::make_shared<world_state::Worlds>();
    auto state = test::hostile_state();
    state.sections[1].error = proto::SectionError::timeout;
    state.sections[1].failed_ticks = 2;
    worlds->all = {{"default", 0, std::make_shared<const proto::State>(state)}, {"empty", 1, nullptr}};
    status.worlds = worlds;
    status.now = test::kTick + std::chrono::seconds(10);
    return status;
}

TEST(Status, TellsWhatIsNotKnown) {
    const std::string text = encode(status_with(std::nullopt));
    EXPECT_THAT(text, HasSubstr(R"("replicas":null,"dependencies":{"postgres":"unknown","redis":"down"})"));
    EXPECT_THAT(text,
                HasSubstr(R"("owner":null,"ticks_stored":null,"ticks_skipped":null,"ticks_failed":null,)"
                          R"("outbox_ticks":null,"outbox_at_risk":null)"));
    EXPECT_THAT(text, HasSubstr(R"({"name":"empty","simulated":null,"tick":null,"age_seconds":null)"));
    EXPECT_THAT(text, HasSubstr(R"("age_seconds":9.211,"interval_seconds":60)"));
    EXPECT_THAT(text,
                HasSubstr(R"("resources":{"stale":true,"last_good":"2025-12-08T12:34:00.789Z","error":"timeout",)"
                          R"("failed_ticks":2})"));
}

TEST(Status, AddsUpWhatCollectorsSayAndShowsNoHost) {
    proto::Replica first{"collector", "secret-host-1-aaaaaaaa", "1.2.0", test::kTick, true, {}};
    first.worlds = {{"default", false, 5, 1, 0, 0, 0}, {"empty", true, 0, 0, 0, 0, 0}};
    proto::Replica second{"collector", "secret-host-2-bbbbbbbb", "1.2.0", test::kTick, true, {}};
    second.worlds = {{"default", true, 7, 2, 1, 3, 2}};
    const std::string text = encode(status_with(std::vector{first, second}));
    EXPECT_THAT(text, Not(HasSubstr("secret-host")));
    EXPECT_THAT(text,
                HasSubstr(R"("owner":"bbbbbbbb","ticks_stored":12,"ticks_skipped":3,"ticks_failed":1,)"
                          R"("outbox_ticks":3,"outbox_at_risk":2)"));
    EXPECT_THAT(text, HasSubstr(R"("owner":"aaaaaaaa","ticks_stored":0)"));
}

}  // namespace
}  // namespace watchtower::gateway
