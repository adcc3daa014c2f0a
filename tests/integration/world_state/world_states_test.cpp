#include "common/world_state/world_states.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "common/metrics/serialize.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::world_state {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::eventually;
using test::sample_state;

constexpr seconds kDeadline{20};

class WorldStatesTest : public testing::Test {
protected:
    static constexpr Milliseconds kPoll{50};

    /// A process's clients and what reads with them.
    struct ReadingProcess {
        explicit ReadingProcess(const test::WorldStores& stores, Milliseconds poll = kPoll)
            : redis({.url = stores.redis.url(), .connect_timeout = Milliseconds(300), .timeout = Milliseconds(300)}),
              postgres(postgres_options(stores)),
              nats(nats_options(stores)),
              states(redis, postgres, nats, clock, registry, {.poll = poll, .postgres_deadline = Milliseconds(500)}) {
            states.on_change([this](const std::shared_ptr<const Worlds>&) { ++changes; });
            states.start();
        }

        static postgres::Options postgres_options(const test::WorldStores& stores) {
            postgres::Options options;
            options.url = stores.reader_url();
            return options;
        }
        static nats::Options nats_options(const test::WorldStores& stores) {
            nats::Options options;
            options.url = stores.nats.url();
            return options;
        }

        [[nodiscard]] testing::AssertionResult shows(const proto::State& state) const {
            return eventually(
                kDeadline,
                [&] {
                    const auto worlds = states.worlds();
                    const World* world = worlds->find(state.world);
                    return world != nullptr && world->state && *world->state == state;
                },
                [&] { return shown(); });
        }

        [[nodiscard]] std::string shown() const {
            std::string text;
            for (const World& world : states.worlds()->all) {
                text += world.name + " " + (world.state ? to_rfc3339(world.state->tick) : "none") + " ";
            }
            return text;
        }

        SystemClock clock;
        prometheus::Registry registry;
        redis::Client redis;
        postgres::Client postgres;
        nats::Client nats;
        std::atomic<int> changes = 0;
        WorldStates states;
    };

    /// A fresh tick of the world, each call a minute newer.
    [[nodiscard]] proto::State next_state(const std::string& world = "default") {
        tick_ += minutes(1);
        return sample_state(world, tick_);
    }

    test::WorldStores stores_;
    TimePoint tick_ = SystemClock().now();
};

TEST_F(WorldStatesTest, ShowsNoWorldAtFirst) {
    const ReadingProcess process(stores_);
    EXPECT_TRUE(process.states.worlds()->all.empty());
}

TEST_F(WorldStatesTest, ShowsWhatIsPutIntoRedis) {
    const ReadingProcess process(stores_);
    const auto state = next_state();
    stores_.put(state);
    EXPECT_TRUE(process.shows(state));
    EXPECT_EQ(process.changes, 1);
}

TEST_F(WorldStatesTest, LooksAtOnceWhenAStateIsAnnounced) {
    ReadingProcess process(stores_, minutes(10));
    const auto first = next_state();
    stores_.put(first);
    process.states.look();
    ASSERT_TRUE(process.shows(first));
    ASSERT_TRUE(process.nats.wait_connected(kDeadline));
    const auto second = next_state();
    stores_.put(second);
    // The subscription may be a moment younger than the connection.
    EXPECT_TRUE(eventually(kDeadline, [&] {
        stores_.announce(second);
        return process.states.worlds()->first()->state->tick == second.tick;
    }));
}

TEST_F(WorldStatesTest, ShowsWhatOnlyPostgresHas) {
    const auto state = next_state();
    stores_.store(state);
    const ReadingProcess process(stores_);
    EXPECT_TRUE(process.shows(state));
}

TEST_F(WorldStatesTest, ShowsAWorldWithoutAState) {
    stores_.postgres.run("insert into worlds (world, position, first_seen) values ('default', 0, now())");
    const ReadingProcess process(stores_);
    EXPECT_TRUE(eventually(kDeadline, [&] { return process.states.worlds()->find("default") != nullptr; }));
    EXPECT_FALSE(process.states.worlds()->hold_a_state());
}

TEST_F(WorldStatesTest, GoesOnWithPostgresWhenRedisDiesAndWithRedisWhenItComesBackEmpty) {
    const ReadingProcess process(stores_);
    const auto first = next_state();
    stores_.store(first);
    stores_.put(first);
    ASSERT_TRUE(process.shows(first));
    stores_.redis.kill();
    const auto second = next_state();
    stores_.store(second);
    ASSERT_TRUE(process.shows(second));
    stores_.redis.start();
    const auto third = next_state();
    stores_.put(third);
    EXPECT_TRUE(process.shows(third));
}

TEST_F(WorldStatesTest, GoesOnWithPostgresWhenRedisIsFrozen) {
    const ReadingProcess process(stores_);
    const auto first = next_state();
    stores_.put(first);
    ASSERT_TRUE(process.shows(first));
    stores_.redis.freeze();
    const auto second = next_state();
    stores_.store(second);
    EXPECT_TRUE(process.shows(second));
    stores_.redis.thaw();
    const auto third = next_state();
    stores_.put(third);
    EXPECT_TRUE(process.shows(third));
}

TEST_F(WorldStatesTest, GoesOnWithRedisWhenPostgresIsFrozen) {
    stores_.postgres.freeze();
    const ReadingProcess process(stores_);
    const auto first = next_state();
    stores_.put(first);
    EXPECT_TRUE(process.shows(first));
    stores_.postgres.thaw();
}

TEST_F(WorldStatesTest, StartsWithEverythingAwayAndTakesWhatComesBack) {
    const auto state = next_state();
    stores_.store(state);
    stores_.redis.kill();
    stores_.postgres.stop();
    stores_.nats.kill();
    const ReadingProcess process(stores_);
    EXPECT_TRUE(eventually(kDeadline, [&] {
        std::string text;
        metrics::append_text(text, process.registry);
        return text.find("failures_total{source=\"postgres\"} 0\n") == std::string::npos;
    }));
    EXPECT_TRUE(process.states.worlds()->all.empty());
    stores_.postgres.start();
    EXPECT_TRUE(process.shows(state));
    stores_.redis.start();
    const auto newer = next_state();
    stores_.put(newer);
    EXPECT_TRUE(process.shows(newer));
}

TEST_F(WorldStatesTest, WaitsForADatabaseThatIsNotMigratedYet) {
    stores_.postgres.run("alter table worlds rename to not_yet");
    const ReadingProcess process(stores_);
    const auto state = next_state();
    stores_.put(state);
    ASSERT_TRUE(process.shows(state));
    stores_.redis.kill();
    stores_.postgres.run("alter table not_yet rename to worlds");
    const auto newer = next_state();
    stores_.store(newer);
    EXPECT_TRUE(process.shows(newer));
}

TEST_F(WorldStatesTest, TellsWhenAStateBecomesStale) {
    const ReadingProcess process(stores_);
    auto state = sample_state("default", SystemClock().now());
    state.interval = Milliseconds(400);
    stores_.put(state);
    EXPECT_TRUE(eventually(kDeadline, [&] { return process.changes == 3; })) << "new, stale, gauges dropped";
    EXPECT_TRUE(process.shows(state));
}

TEST_F(WorldStatesTest, SeveralProcessesShowTheSame) {
    const ReadingProcess one(stores_);
    const ReadingProcess other(stores_);
    for (int i = 0; i < 5; ++i) {
        const auto state = next_state();
        stores_.put(state);
        EXPECT_TRUE(one.shows(state));
        EXPECT_TRUE(other.shows(state));
    }
}

TEST_F(WorldStatesTest, EndsWhileItsStoresAreFrozen) {
    stores_.redis.freeze();
    stores_.postgres.freeze();
    { const ReadingProcess process(stores_); }
    stores_.redis.thaw();
    stores_.postgres.thaw();
}

TEST_F(WorldStatesTest, OutlivesAListenerThatThrows) {
    ReadingProcess process(stores_);
    WorldStates states(process.redis, process.postgres, process.nats, process.clock, process.registry, {.poll = kPoll});
    states.on_change([](const std::shared_ptr<const Worlds>&) { throw Error("listener: cannot"); });
    states.start();
    for (int i = 0; i < 2; ++i) {
        const auto state = next_state();
        stores_.put(state);
        EXPECT_TRUE(eventually(kDeadline, [&] {
            return states.worlds()->first() != nullptr && states.worlds()->first()->state->tick == state.tick;
        }));
    }
}

}  // namespace
}  // namespace watchtower::world_state
