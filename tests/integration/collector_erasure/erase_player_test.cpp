#include "services/collector/erasure/erase_player.hpp"

#include <atomic>
#include <thread>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "services/collector/erasure/tables.hpp"
#include "tests/integration/collector_erasure/erasures.hpp"

namespace watchtower::collector {
namespace {

using test::Erasures;
using ErasePlayer = Erasures;

TEST_F(ErasePlayer, RemovesHimFromEverythingKeptAndChangesNothingElse) {
    std::vector<proto::State> states;
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
        states.push_back(game_.state());
    }
    put_into_redis(game_.state());
    postgres_.run("create table daily partition of player_daily default");
    postgres_.run(
        "insert into player_daily select world, player_id, date_trunc('day', tick), tick, nomads, actions, "
        "actions_added, nomads_created, gold, spice, gold_collected, gold_spent, spice_collected, spice_spent, "
        "dwellings, highest_level from player_activity where tick = (select max(tick) from player_activity)");
    const std::string others = postgres_.ask(
        "select (select string_agg(p::text, '|' order by player_id) from player_current p where player_id ~ 'bob|cid') "
        "|| (select string_agg(p::text, '|' order by tick, player_id) from player_activity p where player_id ~ "
        "'bob|cid') || (select string_agg(p::text, '|' order by metric, tick) from gameplay_metrics p)");
    ASSERT_FALSE(nothing_names("Zoë"));

    const Erasure erasure = erase();
    EXPECT_TRUE(erasure.found());
    EXPECT_FALSE(erasure.erased_before);
    EXPECT_EQ(erasure.current, 1U);
    EXPECT_EQ(erasure.activity, 5U);
    EXPECT_EQ(erasure.daily, 1U);
    EXPECT_EQ(erasure.list_entries, 1U);
    EXPECT_EQ(erasure.snapshots, 5U);
    EXPECT_TRUE(erasure.in_redis);
    EXPECT_EQ(erasure.redis_error, std::nullopt);

    EXPECT_TRUE(nothing_names("Zoë"));
    EXPECT_TRUE(nothing_names(" fox"));
    for (const proto::State& state : states) {
        const std::string tick = "'" + to_rfc3339(state.tick) + "'";
        EXPECT_EQ(postgres_.ask("select state from snapshots where tick = " + tick), without(state));
        EXPECT_EQ(postgres_.ask("select document from snapshots where tick = " + tick),
                  encode(proto::decode_state(without(state)).document));
    }
    EXPECT_EQ(redis_client_.command({"HGET", "watchtower:state:default", "state"}).text(), without(states.back()));
    EXPECT_EQ(postgres_.ask("select (select string_agg(p::text, '|' order by player_id) from player_current p) || "
                            "(select string_agg(p::text, '|' order by tick, player_id) from player_activity p) || "
                            "(select string_agg(p::text, '|' order by metric, tick) from gameplay_metrics p)"),
              others);
    EXPECT_EQ(postgres_.ask("select erasures from worlds"), "1");
}

TEST_F(ErasePlayer, FindsNothingTheSecondTimeAndOfAStranger) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    ASSERT_TRUE(erase().found());
    const Erasure again = erase();
    EXPECT_FALSE(again.found());
    EXPECT_TRUE(again.erased_before);
    EXPECT_EQ(postgres_.ask("select erasures from worlds"), "1");
    const Erasure stranger = erase("stranger");
    EXPECT_FALSE(stranger.found());
    EXPECT_FALSE(stranger.erased_before);
    EXPECT_EQ(postgres_.ask("select erasures from worlds"), "2");
    EXPECT_EQ(postgres_.ask("select count(*) from player_current"), "2");
}

TEST_F(ErasePlayer, GoesOnWhereverItWasBrokenOff) {
    for (int steps = 1; steps <= 3; ++steps) {
        const std::string player = "player " + std::to_string(steps);
        for (int i = 0; i < 3; ++i) {
            game_.nomad(player, {{"move", static_cast<std::uint64_t>(10 * steps + i)}});
            game_.balance(player, std::to_string(i).c_str(), "0");
            ASSERT_EQ(store_tick(), Store::Outcome::stored);
        }
        put_into_redis(game_.state());
        (void)fence(client_, "default", player);
        if (steps > 1) {
            (void)erase_activity(client_, "default", player, {});
        }
        if (steps > 2) {
            (void)erase_in_snapshots(client_, "default", player, {});
        }
        ASSERT_FALSE(nothing_names(player)) << steps;
        EXPECT_TRUE(erase(player).found());
        EXPECT_TRUE(nothing_names(player)) << steps;
        game_.world = store_.load("default");
    }
}

TEST_F(ErasePlayer, StopsBetweenTransactionsWhenAskedTo) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW((void)erase_player(client_, redis_client_, "default", kPlayer, stop.get_token()), Unavailable);
    EXPECT_TRUE(erase().found());
    EXPECT_TRUE(nothing_names("Zoë"));
}

TEST_F(ErasePlayer, RefusesWhatCannotBeMeant) {
    EXPECT_THROW((void)erase_player(client_, redis_client_, "nowhere", "p1"), BadInput);
    EXPECT_THROW((void)erase(""), BadInput);
    EXPECT_THROW((void)erase("\xff"), BadInput);
    EXPECT_THROW((void)erase(std::string("a\0b", 3)), BadInput);
    EXPECT_EQ(postgres_.ask("select count(*) from erased_players"), "0");
    EXPECT_EQ(postgres_.ask("select count(*) from erasure_salts"), "0");
}

TEST_F(ErasePlayer, CleansRedisWhenItIsRepeatedThere) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    put_into_redis(game_.state());
    redis::Client nobody({.url = "redis://127.0.0.1:1/0"});
    const Erasure erasure = erase_player(client_, nobody, "default", kPlayer);
    EXPECT_EQ(erasure.snapshots, 1U);
    ASSERT_TRUE(erasure.redis_error);
    EXPECT_EQ(erasure.redis_error->find("Zo"), std::string::npos);
    const Erasure again = erase();
    EXPECT_TRUE(again.in_redis);
    EXPECT_TRUE(nothing_names("Zoë"));
}

TEST_F(ErasePlayer, KeepsTheTickOfAStateThatWaitsForPostgres) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    const TickWrite waiting = write_tick();
    put_into_redis(game_.state());
    (void)redis_client_.command({"HSET", proto::outbox_key("default"), "1", "a tick"});
    const Erasure erasure = erase();
    EXPECT_TRUE(erasure.in_redis);
    EXPECT_EQ(erasure.waiting_ticks, 1U);
    EXPECT_EQ(redis_client_.command({"HGET", "watchtower:state:default", "state"}).text(), without(game_.state()));
    ASSERT_EQ(store_.store(waiting), Store::Outcome::stored);
    EXPECT_TRUE(nothing_names("Zoë"));
}

TEST_F(ErasePlayer, ErasesSeveralAtTheSameTimeWhileTicksAreStored) {
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
    }
    std::atomic<bool> done = false;
    std::vector<std::jthread> erasers;
    for (const char* player : {kPlayer, "bob"}) {
        erasers.emplace_back([this, player] {
            postgres::Client client({.url = postgres_.url()});
            redis::Client redis({.url = redis_.url()});
            (void)erase_player(client, redis, "default", player);
        });
    }
    const std::jthread waiter([&] {
        erasers.clear();
        done = true;
    });
    for (int after = 0; after < 3; after += done ? 1 : 0) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
        put_into_redis(proto::decode_state(postgres_.ask("select state from snapshots order by tick desc limit 1")));
    }
    EXPECT_TRUE(nothing_names("Zoë"));
    EXPECT_TRUE(nothing_names("bob"));
    EXPECT_EQ(postgres_.ask("select string_agg(player_id, ',') from player_current"), "cid");
}

TEST_F(ErasePlayer, KeepsSaltAndHashesFromTheReadersRole) {
    (void)erase();
    postgres_.run("create table further (a int)");
    postgres_.run("alter table further owner to watchtower");
    client_.transaction([](pqxx::work& transaction) { transaction.exec("select grant_to_readers()"); });
    postgres::Client reader({.url = postgres_.url("watchtower", "watchtower_reader")});
    const auto count = [&reader](const std::string& table) {
        reader.read(
            [&table](pqxx::read_transaction& transaction) { transaction.exec1("select count(*) from " + table); });
    };
    count("further");
    count("worlds");
    EXPECT_THROW(count("erasure_salts"), Error);
    EXPECT_THROW(count("erased_players"), Error);
}

}  // namespace
}  // namespace watchtower::collector
