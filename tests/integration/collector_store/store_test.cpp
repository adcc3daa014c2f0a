#include "services/collector/store/store.hpp"

#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

using test::Game;

testing::AssertionResult refuses(postgres::Client& client, const std::string& statement) {
    try {
        client.transaction([&statement](pqxx::work& transaction) { transaction.exec0(statement); });
    } catch (const Error&) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << statement << " was done";
}

class StoreTest : public testing::Test {
protected:
    StoreTest() {
        Store::migrate(client_);
        store_.register_worlds({"default"}, game_.now);
    }

    /// A tick of some game; whatever a baseline can hold occurs.
    void play(std::mt19937_64& random) {
        const auto number = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
        for (int i = 0; i < 12; ++i) {
            const std::string player = "p\\\t\"" + std::to_string(i);
            if (number(4) == 0) {
                continue;
            }
            if (i % 3 == 0) {
                game_.nomad_that_did(player, number(1) == 0 ? "move" : "attack", number(1) == 0 ? number(50) : -1);
                game_.nomad_that_did(player, "move", number(50));
            } else {
                game_.nomad(player, {{"move", static_cast<std::uint64_t>(20 + number(9))}, {"mö\nve", 3}});
            }
            game_.balance(player, (std::to_string(number(100)) + ".25").c_str(), "0.000001");
            game_.dwelling(player, static_cast<std::uint32_t>(1 + number(5)));
        }
        for (int i = number(4); i >= 0; --i) {
            game_.combat(std::to_string(number(20)), number(1) == 0, 1);
            game_.combat(std::nullopt, number(1) == 0);
            game_.event(std::to_string(number(20)), number(1) == 0 ? "raid" : "tempete", 2);
        }
        if (number(5) == 0) {
            game_.fail(proto::Section::resources);
        }
    }

    Store::Outcome store_and_apply() {
        const Step step = game_.compare_with(game_.world);
        const auto outcome = store_.store(tick_write(game_.world, step));
        game_.finish(step);
        return outcome;
    }

    watchtower::test::PostgresServer server_;
    postgres::Client client_{{.url = server_.url()}};
    Store store_{client_};
    Game game_;
};

TEST_F(StoreTest, LetsANewOwnerGoOnAsTheOldOneWould) {
    std::mt19937_64 random(7);
    for (int tick = 0; tick < 25; ++tick) {
        WorldMemory loaded = store_.load("default");
        play(random);
        const Step step = game_.compare_with(game_.world);
        const Step other = game_.compare_with(loaded);
        ASSERT_EQ(encode(step.state), encode(other.state)) << "tick " << tick;
        EXPECT_EQ(step.players.size(), other.players.size());
        ASSERT_EQ(store_.store(tick_write(loaded, other)), Store::Outcome::stored);
        game_.finish(step);
    }
}

TEST_F(StoreTest, KeepsWhatReadersShow) {
    game_.nomad("p1", {{"move", 5}});
    game_.balance("p1", "12.5", "3");
    game_.event("1", "raid", 2);
    game_.combat("1", true, 1);
    game_.fail(proto::Section::dwellings);
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select state from snapshots"), encode(game_.state()));
    EXPECT_EQ(server_.ask("select document from snapshots"), encode(game_.state().document));
    EXPECT_EQ(server_.ask("select tick = '2025-12-08T12:34:00Z' from snapshots"), "t");
    EXPECT_EQ(server_.ask("select value from gameplay_metrics where metric = 'gold'"), "12.5");
    EXPECT_EQ(server_.ask("select value from gameplay_metrics where metric = 'actions.move'"), "5");
    EXPECT_EQ(server_.ask("select count(*) from gameplay_metrics where metric like 'dwellings%' "
                          "and metric <> 'dwellings_destroyed'"),
              "0");
    EXPECT_EQ(server_.ask("select event_type || count || affected_players from event_metrics"), "raid12");
    EXPECT_EQ(server_.ask("select gold from player_current where player_id = 'p1'"), "12.5");
    EXPECT_EQ(server_.ask("select actions_added from player_activity"), "5");
    EXPECT_EQ(server_.ask("select last_tick = '2025-12-08T12:34:00Z' from worlds"), "t");
}

TEST_F(StoreTest, WritesAPlayerOnlyWhenSomethingChanged) {
    for (int tick = 0; tick < 3; ++tick) {
        game_.nomad("still", {{"move", 5}});
        game_.nomad("busy", {{"move", static_cast<std::uint64_t>(tick)}});
        ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    }
    EXPECT_EQ(server_.ask("select count(*) from player_activity where player_id = 'still'"), "1");
    EXPECT_EQ(server_.ask("select count(*) from player_activity where player_id = 'busy'"), "3");
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select sum(nomads) from player_current"), "0");
    EXPECT_EQ(server_.ask("select sum(actions_counted) from player_current"), "7");
}

TEST_F(StoreTest, RefusesAStepWhenSomebodyWasFirst) {
    WorldMemory late = store_.load("default");
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    game_.nomad("p1", {{"move", 5}});
    EXPECT_EQ(store_.store(tick_write(late, game_.compare_with(late))), Store::Outcome::refused);
    EXPECT_EQ(server_.ask("select count(*) from snapshots"), "1");
    EXPECT_EQ(server_.ask("select count(*) from player_current"), "0");
}

TEST_F(StoreTest, KnowsWhatItStoredBefore) {
    game_.nomad("p1", {{"move", 5}});
    const Step step = game_.compare_with(game_.world);
    const TickWrite write = tick_write(game_.world, step);
    ASSERT_EQ(store_.store(write), Store::Outcome::stored);
    EXPECT_EQ(store_.store(write), Store::Outcome::stored);
    game_.finish(step);
    game_.nomad("p1", {{"move", 7}});
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    EXPECT_EQ(store_.store(write), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select string_agg(actions_added::text, ',' order by tick) from player_activity"), "5,2");
    EXPECT_EQ(server_.ask("select actions_counted from player_current"), "7");
}

TEST_F(StoreTest, RefusesAnotherStateOfAStoredTick) {
    WorldMemory other = store_.load("default");
    game_.nomad("p1", {{"move", 5}});
    const Step step = game_.compare_with(game_.world);
    ASSERT_EQ(store_.store(tick_write(game_.world, step)), Store::Outcome::stored);
    game_.nomad("p2", {{"move", 1}});
    EXPECT_EQ(store_.store(tick_write(other, game_.compare_with(other))), Store::Outcome::refused);
}

TEST_F(StoreTest, RefusesATickThatWasMadeFromAnotherStateOfTheSameTime) {
    Game other = game_;
    game_.nomad("p1", {{"move", 5}});
    const Step step = game_.compare_with(game_.world);
    game_.finish(step);  // and not stored
    other.nomad("p1", {{"move", 7}});
    const Step others = other.compare_with(other.world);
    ASSERT_EQ(step.state.tick, others.state.tick);
    ASSERT_EQ(store_.store(tick_write(other.world, others)), Store::Outcome::stored);
    game_.nomad("p1", {{"move", 9}});
    EXPECT_EQ(store_and_apply(), Store::Outcome::refused);
    game_.world = store_.load("default");
    game_.nomad("p1", {{"move", 9}});
    EXPECT_EQ(store_and_apply(), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select string_agg(actions_added::text, ',' order by tick) from player_activity"), "7,2");
}

TEST_F(StoreTest, GoesOnBehindATickOfACollectorThatKnewNoIds) {
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    server_.run("update worlds set last_state_id = null");
    server_.run("update snapshots set state_id = null");
    EXPECT_EQ(store_and_apply(), Store::Outcome::refused) << "this memory knows an id";
    game_.world = store_.load("default");
    EXPECT_FALSE(game_.world.state_id);
    game_.nomad("p1", {{"move", 5}});
    const Step step = game_.compare_with(game_.world);
    const TickWrite write = tick_write(game_.world, step);
    EXPECT_EQ(store_.store(write), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select last_state_id from worlds"), write.id.text);
    TickWrite by_time = write;
    by_time.id = new_state_id();
    by_time.previous_tick = write.state().tick;
    by_time.states.back().tick += game_.step_length;
    by_time.state_text = encode(by_time.state());
    EXPECT_EQ(store_.store(by_time), Store::Outcome::refused) << "once only";
}

TEST_F(StoreTest, GoesOnBehindATickThatACollectorStoredWithoutAnId) {
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    server_.run(
        "insert into snapshots (world, tick, \"timestamp\", state, document)"
        " select world, tick + interval '1 s', \"timestamp\", state, document from snapshots");
    server_.run("update worlds set last_tick = last_tick + interval '1 s'");
    EXPECT_EQ(store_and_apply(), Store::Outcome::refused) << "its memory is of before";
    game_.world = store_.load("default");
    game_.world.state->tick += std::chrono::seconds(1);  // as the older one would have written it
    EXPECT_EQ(store_and_apply(), Store::Outcome::stored);
}

TEST_F(StoreTest, RefusesATickThatIsNotNewer) {
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    game_.now -= game_.step_length;
    game_.nomad("p1", {{"move", 5}});
    EXPECT_EQ(store_and_apply(), Store::Outcome::refused);
}

TEST_F(StoreTest, StoresATickOnceWhenManyTryAtTheSameTime) {
    std::atomic<int> stored{0};
    std::vector<std::jthread> owners;
    owners.reserve(4);
    for (int i = 0; i < 4; ++i) {
        owners.emplace_back([this, &stored, i] {
            postgres::Client client({.url = server_.url()});
            Store store(client);
            WorldMemory world = store.load("default");
            Game game;
            game.nomad("p1", {{"move", static_cast<std::uint64_t>(5 + i)}});
            stored += store.store(tick_write(world, game.compare_with(world))) == Store::Outcome::stored ? 1 : 0;
        });
    }
    owners.clear();
    EXPECT_EQ(stored, 1);
    EXPECT_EQ(server_.ask("select count(*) from snapshots"), "1");
}

TEST_F(StoreTest, GoesOnOverMidnight) {
    game_.step_length = std::chrono::hours(7);
    for (int tick = 0; tick < 8; ++tick) {
        ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    }
    EXPECT_EQ(server_.ask("select count(*) from snapshots"), "8");
}

TEST_F(StoreTest, ForgetsListEntriesWhenTheWorldBeginsAnew) {
    game_.nomad("p1", {{"move", 500}});
    game_.combat("1", true);
    game_.combat("2", true);
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    game_.nomad("p1", {{"move", 1}});
    game_.combat("1", false);
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select string_agg(entry, ',') from list_entries"), "#1");
    EXPECT_EQ(server_.ask("select epoch from worlds"), "1");
}

TEST_F(StoreTest, LetsTheReadersRoleReadAndDoNothingElse) {
    ASSERT_EQ(store_and_apply(), Store::Outcome::stored);
    postgres::Client reader({.url = server_.url("watchtower", "watchtower_reader")});
    for (const std::string table : {"worlds",
                                    "snapshots",
                                    "gameplay_metrics",
                                    "player_activity",
                                    "player_current",
                                    "event_metrics",
                                    "alerts",
                                    "alert_log",
                                    "suspects",
                                    "suspect_watch",
                                    "suspect_log",
                                    "list_entries"}) {
        reader.read(
            [&table](pqxx::read_transaction& transaction) { transaction.exec1("select count(*) from " + table); });
        EXPECT_TRUE(refuses(reader, "delete from " + table));
    }
    EXPECT_TRUE(refuses(reader, "create table mine (a int)"));
}

TEST_F(StoreTest, RemembersTheOrderOfTheWorlds) {
    store_.register_worlds({"north", "default"}, game_.now);
    EXPECT_EQ(server_.ask("select string_agg(world, ',' order by position) from worlds"), "north,default");
}

}  // namespace
}  // namespace watchtower::collector
