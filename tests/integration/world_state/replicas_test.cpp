#include "common/world_state/replicas.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"

namespace watchtower::world_state {
namespace {

using namespace std::chrono_literals;
using watchtower::test::eventually;

class Replicas : public testing::Test {
protected:
    std::unique_ptr<Heartbeat> beat(
        const std::string& service, std::function<bool()> ready = [] { return true; }) {
        return std::make_unique<Heartbeat>(
            Heartbeat::Options{.redis_url = server_.url(), .interval = 20ms, .lifetime = 500ms},
            plain_replica(service, std::move(ready)));
    }

    /// Services of those that live, with "!" where one is not ready.
    std::string living() {
        std::string text;
        try {
            for (const proto::Replica& replica : living_replicas(redis_)) {
                text += replica.service + (replica.ready ? " " : "! ");
            }
        } catch (const Unavailable&) {
            text = "away";
        }
        return text;
    }

    testing::AssertionResult comes_to(const std::string& expected) {
        std::string seen;
        return eventually(
            5s, [&] { return (seen = living()) == expected; }, [&] { return seen; });
    }

    watchtower::test::RedisServer server_;
    redis::Client redis_{{.url = server_.url(), .connect_timeout = 300ms, .timeout = 300ms}};
};

TEST_F(Replicas, AreListedWhileTheyLive) {
    EXPECT_EQ(living(), "");
    std::atomic<bool> ready = false;
    auto second = beat("publisher", [&ready] { return ready.load(); });
    auto first = beat("exporter");
    EXPECT_TRUE(comes_to("exporter publisher! "));
    ready = true;
    EXPECT_TRUE(comes_to("exporter publisher "));
    first.reset();
    EXPECT_EQ(living(), "publisher ") << "gone at once";
    EXPECT_EQ(redis_.command({"ZCARD", proto::kReplicasKey}).integer(), 1);
}

TEST_F(Replicas, ExpireWhenTheySayNothingMore) {
    redis_.command({"ZADD", proto::kReplicasKey, "1", "collector:dead"});
    redis_.command({"SET", proto::replica_key("collector:odd"), "{"});
    redis_.command({"ZADD", proto::kReplicasKey, "99999999999999", "collector:odd"});
    EXPECT_EQ(living(), "");
    const auto exporter = beat("exporter");
    EXPECT_TRUE(comes_to("exporter "));
    EXPECT_TRUE(redis_.command({"ZSCORE", proto::kReplicasKey, "collector:dead"}).is_nil());
}

TEST_F(Replicas, AreBackWithRedis) {
    const auto exporter = beat("exporter");
    EXPECT_TRUE(comes_to("exporter "));
    server_.stop();
    EXPECT_TRUE(comes_to("away"));
    server_.start();
    EXPECT_TRUE(comes_to("exporter ")) << "Redis has forgotten all";
    server_.freeze();
    EXPECT_TRUE(comes_to("away"));
    server_.thaw();
    EXPECT_TRUE(comes_to("exporter "));
}

}  // namespace
}  // namespace watchtower::world_state
