#include "common/base/dependency.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watchtower {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string logged_by(const std::function<void()>& action) {
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
}

TEST(Dependency, HasANameAndAStateForPeople) {
    const Dependency redis("redis");
    EXPECT_EQ(redis.name(), "redis");
    EXPECT_STREQ(to_string(DependencyState::unknown), "unknown");
    EXPECT_STREQ(to_string(DependencyState::up), "up");
    EXPECT_STREQ(to_string(DependencyState::down), "down");
}

TEST(Dependency, IsUnknownUntilItWasUsed) {
    EXPECT_EQ(Dependency("redis").state(), DependencyState::unknown);
}

TEST(Dependency, IsWhatItsLastUseSays) {
    Dependency redis("redis");
    redis.succeeded();
    EXPECT_EQ(redis.state(), DependencyState::up);
    redis.failed("connection refused");
    EXPECT_EQ(redis.state(), DependencyState::down);
    redis.failed("connection refused");
    EXPECT_EQ(redis.state(), DependencyState::down);
    redis.succeeded();
    EXPECT_EQ(redis.state(), DependencyState::up);
}

TEST(Dependency, LogsItsChangesOnceEach) {
    Dependency redis("redis");
    EXPECT_THAT(logged_by([&] { redis.succeeded(); }), IsEmpty());
    EXPECT_THAT(logged_by([&] { redis.failed("connection refused"); }),
                HasSubstr(R"(dependency_down dependency="redis" error="connection refused")"));
    EXPECT_THAT(logged_by([&] { redis.failed("connection refused"); }), IsEmpty());
    EXPECT_THAT(logged_by([&] { redis.succeeded(); }), HasSubstr(R"(dependency_up dependency="redis")"));
    EXPECT_THAT(logged_by([&] { redis.succeeded(); }), IsEmpty());
}

TEST(Dependency, LogsThatItIsDownFromTheStart) {
    Dependency redis("redis");
    EXPECT_THAT(logged_by([&] { redis.failed("no such host"); }), HasSubstr("dependency_down"));
    EXPECT_THAT(logged_by([&] { redis.succeeded(); }), Not(HasSubstr("dependency_down")));
}

}  // namespace
}  // namespace watchtower
