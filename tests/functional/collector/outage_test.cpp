#include "common/redis/client.hpp"
#include "proto-json/names.hpp"
#include "tests/functional/collector/watched_game.hpp"

namespace watchtower::test {
namespace {

class Outage : public WatchedGame {
protected:
    testing::AssertionResult sees(Service& collector, const std::string& dependency, int state) {
        return eventually(seconds(15), [&] {
            return collector.metric("watchtower_dependency_up{dependency=\"" + dependency + "\"}") == state;
        });
    }
};

TEST_F(Outage, OfPostgresLosesNothingOfTheTotals) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    postgres_.kill();
    simulator_.step(300);
    EXPECT_TRUE(sees(collector, "postgres", 0));
    EXPECT_EQ(collector.get("/health").status, 200);
    EXPECT_EQ(collector.get("/ready").status, 200);
    postgres_.start();
    EXPECT_TRUE(truth_is_stored());
    EXPECT_TRUE(sees(collector, "postgres", 1));
}

TEST_F(Outage, OfPostgresAtTheStartIsWaitedFor) {
    postgres_.stop();
    auto options = collector_options();
    options.wait_for = "/health";
    Service collector("collector", options);
    EXPECT_EQ(collector.get("/ready").status, 503);
    postgres_.start();
    EXPECT_TRUE(truth_is_stored());
    EXPECT_EQ(collector.get("/ready").status, 200);
}

TEST_F(Outage, OfRedisAndNatsStopsNoTick) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    redis_.kill();
    nats_.kill();
    simulator_.step(300);
    EXPECT_TRUE(truth_is_stored());
    EXPECT_TRUE(sees(collector, "redis", 0));
    EXPECT_TRUE(sees(collector, "nats", 0));
    redis_.start();
    nats_.start();
    EXPECT_TRUE(sees(collector, "redis", 1));
    EXPECT_TRUE(sees(collector, "nats", 1));
}

TEST_F(Outage, OfRedisAndARefusedTickEndInTheWorldBeingCollectedAgain) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    redis_.kill();
    ASSERT_TRUE(sees(collector, "redis", 0));
    ASSERT_TRUE(another_tick_is_stored());
    postgres_.run("update worlds set last_tick = last_tick + interval '1 ms'");
    const auto refused = [&] {
        return collector.metric(R"(watchtower_ticks_total{result="refused",world="default"})");
    };
    ASSERT_TRUE(eventually(seconds(15), [&] { return refused() > 0; }));
    postgres_.run("update worlds set last_tick = (select max(tick) from snapshots)");
    simulator_.step(60);
    EXPECT_TRUE(truth_is_stored(Flows::left_out));
}

TEST_F(Outage, OfTheGameKeepsTheLastValues) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    const auto before = stored();
    simulator_.kill();
    ASSERT_TRUE(another_tick_is_stored());
    ASSERT_TRUE(another_tick_is_stored());
    const auto during = stored();
    EXPECT_EQ(during.document.nomads, before.document.nomads);
    EXPECT_EQ(during.document.stale[0]->error, proto::SectionError::network_error);
    EXPECT_TRUE(sees(collector, "ccc", 0));
}

TEST_F(Outage, OfAFrozenPostgresDoesNotKeepAnOwnerFromGivingItsWorldBack) {
    Service collector("collector", collector_options());
    ASSERT_TRUE(truth_is_stored());
    postgres_.freeze();
    simulator_.step(10);
    ASSERT_TRUE(
        eventually(seconds(15), [&] { return collector.metric(R"(watchtower_outbox_ticks{world="default"})") > 0; }));
    EXPECT_EQ(collector.stop(), 0);
    EXPECT_EQ(collector.output().find("stopped_without_waiting"), std::string::npos) << collector.output();
    redis::Client redis({.url = redis_.url()});
    const std::string waiting = proto::outbox_key("default");
    EXPECT_EQ(redis.command({"EXISTS", proto::owner_key("default")}).integer(), 0) << "others may have it at once";
    EXPECT_GT(redis.command({"HLEN", waiting}).integer(), 0);
    postgres_.thaw();
    Service next("collector", collector_options());
    EXPECT_TRUE(truth_is_stored());
    EXPECT_TRUE(eventually(seconds(15), [&] {
        return redis.command({"EXISTS", waiting}).integer() == 0;
    })) << "it is removed after it is stored";
}

}  // namespace
}  // namespace watchtower::test
