#include "services/api-gateway/shared_cache.hpp"

#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "tests/support/redis_server.hpp"

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;

/// Two replicas' caches on one Redis.
class SharedCaches : public testing::Test {
protected:
    static redis::Options options(const std::string& url) {
        return {.url = url, .connect_timeout = 500ms, .timeout = 300ms};
    }
    static SharedCache::Options impatient() {
        SharedCache::Options options;
        options.patience = 20ms;
        options.look_every = 5ms;
        return options;
    }

    watchtower::test::RedisServer server_;
    redis::Client redis_{options(server_.url())};
    redis::Client other_redis_{options(server_.url())};
    SharedCache cache_{redis_};
    SharedCache other_{other_redis_};
};

TEST_F(SharedCaches, ComputeOnceForAll) {
    EXPECT_EQ(cache_.get("a", [] { return "1"; }), "1");
    EXPECT_EQ(other_.get("a", [] { return "2"; }), "1");
    EXPECT_EQ(other_.get("b", [] { return "2"; }), "2");
    EXPECT_TRUE(redis_.command({"GET", proto::computing_key("a")}).is_nil());
    EXPECT_GT(redis_.command({"PTTL", proto::computed_key("a")}).integer(), 0);
}

TEST_F(SharedCaches, WaitForWhoComputes) {
    std::promise<void> begun;
    std::promise<void> may_end;
    auto first = std::async(std::launch::async, [&] {
        return cache_.get("a", [&] {
            begun.set_value();
            may_end.get_future().wait();
            return std::string("1");
        });
    });
    begun.get_future().wait();
    SharedCache impatient_one(other_redis_, impatient());
    EXPECT_THROW((void)impatient_one.get("a", [] { return "2"; }), BeingComputed);
    auto second = std::async(std::launch::async, [&] { return other_.get("a", [] { return "2"; }); });
    may_end.set_value();
    EXPECT_EQ(first.get(), "1");
    EXPECT_EQ(second.get(), "1");
}

TEST_F(SharedCaches, GiveWayWhenAComputationFails) {
    EXPECT_THROW((void)cache_.get("a", []() -> std::string { throw Unavailable("no"); }), Unavailable);
    SharedCache impatient_one(other_redis_, impatient());
    EXPECT_EQ(impatient_one.get("a", [] { return "2"; }), "2");
}

TEST_F(SharedCaches, DoNotGiveBackAnothersLock) {
    (void)cache_.get("a", [&] {
        redis_.command({"SET", proto::computing_key("a"), "another's"});  // ours had expired
        return "1";
    });
    EXPECT_EQ(redis_.command({"GET", proto::computing_key("a")}).text(), "another's");
}

TEST_F(SharedCaches, ComputeEachWithoutRedis) {
    server_.freeze();
    EXPECT_EQ(cache_.get("a", [] { return "1"; }), "1");
    EXPECT_EQ(other_.get("a", [] { return "2"; }), "2");
    server_.thaw();
    server_.stop();
    EXPECT_EQ(cache_.get("a", [] { return "3"; }), "3");
    EXPECT_THROW((void)cache_.get("a", []() -> std::string { throw Unavailable("no"); }), Unavailable);
}

}  // namespace
}  // namespace watchtower::gateway
