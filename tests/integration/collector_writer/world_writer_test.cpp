#include "services/collector/world_writer.hpp"

#include <atomic>

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include "proto-json/names.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/tcp_gate.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

using std::chrono::seconds;
using watchtower::test::eventually;

/// A world whose owner is "me", and what its ticks become.
class WorldWriterTest : public testing::Test {
protected:
    WorldWriterTest() {
        Store::migrate(postgres_client_);
        Store(postgres_client_).register_worlds({"default"}, game_.now);
        own("me");
        start();
    }

    void own(const std::string& id) {
        const std::string key = proto::owner_key("default");
        redis_client_.command({"SET", key, id});
    }

    void start() {
        writer_ = std::make_unique<WorldWriter>(WorldWriter::World{"default", 0, "me"},
                                                Servers{postgres_client_, redis_client_, nats_client_},
                                                limit_,
                                                metrics_,
                                                [this] { ++settled_; });
    }

    void write_tick() { write_tick(*writer_); }
    void write_tick(WorldWriter& writer) {
        ++moves_;
        game_.nomad("p1", {{"move", moves_}});
        const Step step = game_.compare_with(game_.world);
        TickWrite write = tick_write(game_.world, step);
        game_.finish(step);
        writer.write(std::move(write), std::chrono::steady_clock::now());
    }

    testing::AssertionResult stores(int ticks) {
        return eventually(
            seconds(30),
            [&] {
                return postgres_.ask("select count(*) from snapshots") == std::to_string(ticks) && !writer_->waits();
            },
            [&] { return postgres_.ask("select count(*) from snapshots"); });
    }

    /// The tick of the state that readers see.
    std::string shown() {
        const std::string key = proto::state_key("default");
        return redis_client_.command({"HGET", key, proto::kStateTickField}).optional_text().value_or("none");
    }
    [[nodiscard]] std::string last_tick() const {
        return std::to_string(game_.state().tick.time_since_epoch().count());
    }
    testing::AssertionResult shows_the_last_tick() {
        return eventually(
            seconds(30), [&] { return shown() == last_tick(); }, [&] { return shown(); });
    }

    std::string counted() { return postgres_.ask("select sum(actions_counted) from player_current"); }

    watchtower::test::PostgresServer postgres_{{.durable = true, .settings = {}}};
    watchtower::test::RedisServer redis_;
    watchtower::test::NatsServer nats_;
    postgres::Client postgres_client_{{.url = postgres_.url(), .connections = 3}};
    redis::Client redis_client_{{.url = redis_.url()}};
    nats::Client nats_client_{{.url = nats_.url()}};
    prometheus::Registry registry_;
    WorldMetrics metrics_ = bind_world_metrics(registry_, "default");
    OutboxLimit limit_{64U << 20U};
    std::atomic<int> settled_ = 0;
    test::Game game_;
    std::uint64_t moves_ = 0;
    std::unique_ptr<WorldWriter> writer_;
};

TEST_F(WorldWriterTest, StoresTicksInOrderAndShowsThem) {
    for (int i = 0; i < 5; ++i) {
        write_tick();
    }
    EXPECT_TRUE(stores(5));
    EXPECT_TRUE(shows_the_last_tick());
    EXPECT_EQ(counted(), "5");
    EXPECT_FALSE(writer_->refused());
}

TEST_F(WorldWriterTest, ShowsFromRedisWhilePostgresIsAwayAndStoresLater) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    for (int i = 0; i < 4; ++i) {
        write_tick();
        EXPECT_TRUE(shows_the_last_tick());
    }
    EXPECT_TRUE(eventually(seconds(10), [this] { return metrics_.outbox_ticks->Value() == 4; }));
    EXPECT_EQ(metrics_.outbox_at_risk->Value(), 0);
    postgres_.start();
    EXPECT_TRUE(stores(5));
    EXPECT_EQ(counted(), "5");
    EXPECT_TRUE(eventually(seconds(10), [this] { return metrics_.outbox_ticks->Value() == 0; }));
    const std::string key = proto::outbox_key("default");
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
}

TEST_F(WorldWriterTest, ShowsFromRedisWhilePostgresIsFrozen) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.freeze();
    write_tick();
    write_tick();
    EXPECT_TRUE(shows_the_last_tick());
    postgres_.thaw();
    EXPECT_TRUE(stores(3));
}

TEST_F(WorldWriterTest, KeepsTicksInMemoryWhileBothAreAway) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    redis_.kill();
    write_tick();
    write_tick();
    EXPECT_TRUE(eventually(seconds(10), [this] { return metrics_.outbox_at_risk->Value() == 2; }));
    redis_.start();
    ASSERT_TRUE(eventually(seconds(10), [this] {
        own("me");
        return true;
    }));
    write_tick();
    EXPECT_TRUE(eventually(seconds(30), [this] { return metrics_.outbox_at_risk->Value() == 0; }));
    EXPECT_TRUE(shows_the_last_tick());
    postgres_.start();
    EXPECT_TRUE(stores(4));
    EXPECT_EQ(counted(), "4");
}

TEST_F(WorldWriterTest, LeavesItsTicksToTheNextOwner) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    write_tick();
    write_tick();
    ASSERT_TRUE(shows_the_last_tick());
    writer_.reset();  // the process ends
    postgres_.start();
    start();
    const WorldMemory loaded = writer_->load();
    ASSERT_TRUE(loaded.state.has_value());
    EXPECT_EQ(*loaded.state, game_.state());
    EXPECT_TRUE(stores(3));
    EXPECT_EQ(counted(), "3");
    EXPECT_EQ(metrics_.outbox_recovered->Value(), 2);
}

TEST_F(WorldWriterTest, KnowsTicksThatTheNextOwnerStored) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.freeze();
    write_tick();
    write_tick();
    ASSERT_TRUE(shows_the_last_tick());
    postgres_.thaw();
    KeptTicks kept(redis_client_, "default", "next");
    WorldWriter next({"default", 0, "next"}, {postgres_client_, redis_client_, nats_client_}, limit_, metrics_, [] {});
    EXPECT_EQ(*next.load().state, game_.state());
    EXPECT_TRUE(stores(3));
    EXPECT_FALSE(writer_->refused());
    EXPECT_EQ(counted(), "3");
}

TEST_F(WorldWriterTest, IsVoidOnceSomebodyElseStoredAnotherTick) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.run("update worlds set last_tick = last_tick + interval '1 s'");
    write_tick();
    EXPECT_TRUE(eventually(seconds(10), [this] { return writer_->refused(); }));
    bool told = true;
    writer_->write({}, {}, [&told](bool kept) { told = kept; });
    EXPECT_FALSE(told);
    EXPECT_EQ(postgres_.ask("select count(*) from snapshots"), "1");
    postgres_.run("update worlds set last_tick = last_tick - interval '1 s'");
    game_.world = writer_->load();
    EXPECT_FALSE(writer_->refused());
    write_tick();
    EXPECT_TRUE(stores(2));
    EXPECT_EQ(counted(), "3") << "the tick that was refused is made up for";
}

TEST_F(WorldWriterTest, StoresNoKeptTickThatWasMadeFromARefusedOne) {
    write_tick();
    ASSERT_TRUE(stores(1));
    test::Game somebody_else = game_;
    postgres_.kill();
    write_tick();
    write_tick();
    ASSERT_TRUE(shows_the_last_tick());
    writer_.reset();  // the process ends
    postgres_.start();
    somebody_else.nomad("p2", {{"move", 1}});
    const Step step = somebody_else.compare_with(somebody_else.world);
    ASSERT_EQ(Store(postgres_client_).store(tick_write(somebody_else.world, step)), Store::Outcome::stored);
    somebody_else.finish(step);
    start();
    EXPECT_EQ(*writer_->load().state, somebody_else.state());
    EXPECT_TRUE(stores(2));
    const std::string key = proto::outbox_key("default");
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
}

/// Its owner is cut off from PostgreSQL alone and goes on by Redis. One who cannot see Redis stores a tick of the same
/// time and is lost; a third drops the tick that was kept until then; the owner keeps another one, and is lost.
TEST_F(WorldWriterTest, StoresNoKeptTickBehindOneOfTheSameTimeThatItWasNotMadeFrom) {
    write_tick();
    ASSERT_TRUE(stores(1));
    writer_.reset();
    watchtower::test::TcpGate gate(postgres_.port());
    postgres::Client through_the_gate({.url = postgres_.url_through(gate.port())});
    WorldWriter cut_off({"default", 0, "me"}, {through_the_gate, redis_client_, nats_client_}, limit_, metrics_, [] {});
    gate.cut();
    test::Game somebody_else = game_;
    write_tick(cut_off);
    ASSERT_TRUE(shows_the_last_tick());
    somebody_else.nomad("p1", {{"move", moves_}});
    const Step step = somebody_else.compare_with(somebody_else.world);
    ASSERT_EQ(step.state.tick, game_.state().tick);
    ASSERT_EQ(Store(postgres_client_).store(tick_write(somebody_else.world, step)), Store::Outcome::stored);
    somebody_else.finish(step);
    start();
    ASSERT_EQ(*writer_->load().state, somebody_else.state());
    write_tick(cut_off);
    ASSERT_TRUE(shows_the_last_tick());
    cut_off.finish();
    EXPECT_EQ(*writer_->load().state, somebody_else.state());
    EXPECT_EQ(counted(), "2");
    EXPECT_EQ(postgres_.ask("select count(*) from snapshots"), "2");
    const std::string key = proto::outbox_key("default");
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
}

TEST_F(WorldWriterTest, LoadsNothingWhileTicksWait) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    write_tick();
    EXPECT_THROW((void)writer_->load(), Unavailable);
}

TEST_F(WorldWriterTest, LosesNoTotalsWhenTheOutboxIsFull) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    limit_.add(64U << 20U);  // as if other worlds had filled it
    for (int i = 0; i < 6; ++i) {
        write_tick();
    }
    EXPECT_GT(metrics_.outbox_folded->Value(), 0);
    EXPECT_TRUE(shows_the_last_tick());
    postgres_.start();
    EXPECT_TRUE(eventually(seconds(30), [this] { return counted() == "7"; }));
    EXPECT_TRUE(eventually(seconds(10), [this] { return !writer_->waits(); }));
    EXPECT_EQ(postgres_.ask("select sum(actions_added) from player_activity"), "7");
    const std::string key = proto::outbox_key("default");
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
}

TEST_F(WorldWriterTest, StoresNoPartOfAStoredFoldedTick) {
    write_tick();
    ASSERT_TRUE(stores(1));
    postgres_.kill();
    for (int i = 0; i < 4; ++i) {
        write_tick();
    }
    ASSERT_TRUE(shows_the_last_tick());
    const std::string key = proto::outbox_key("default");
    const redis::Reply parts = redis_client_.command({"HGETALL", key});
    ASSERT_EQ(parts.array().size(), 8);
    limit_.add(64U << 20U);  // as if other worlds had filled it
    write_tick();
    EXPECT_GT(metrics_.outbox_folded->Value(), 0);
    postgres_.start();
    ASSERT_TRUE(eventually(seconds(30), [this] { return counted() == "6" && !writer_->waits(); }));
    for (std::size_t i = 0; i < parts.array().size(); i += 2) {  // as if Redis had not heard that they are stored
        redis_client_.command({"HSET", key, parts.at(i).text(), parts.at(i + 1).text()});
    }
    EXPECT_EQ(*writer_->load().state, game_.state());
    EXPECT_EQ(counted(), "6");
    EXPECT_EQ(postgres_.ask("select sum(actions_added) from player_activity"), "6");
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
}

TEST_F(WorldWriterTest, GoesOnWithAnUnusableKeptTick) {
    const std::string key = proto::outbox_key("default");
    redis_client_.command({"HSET", key, "1", "no tick at all"});
    redis_client_.command({"HSET", key, "not a time", "{}"});
    EXPECT_FALSE(writer_->load().state.has_value());
    EXPECT_EQ(redis_client_.command({"EXISTS", key}).integer(), 0);
    redis_client_.command({"SET", key, "no hash at all"});
    EXPECT_FALSE(writer_->load().state.has_value());
    write_tick();
    EXPECT_TRUE(stores(1));
}

}  // namespace
}  // namespace watchtower::collector
