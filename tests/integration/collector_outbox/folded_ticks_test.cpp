#include <random>

#include <gtest/gtest.h>

#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"
#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

/// A world's tables in a database of its own.
class Tables {
public:
    Tables(const test::Game& game, const watchtower::test::PostgresServer& server, const std::string& name)
        : server_(server),
          name_(name) {
        server.create_database(name);
        client_ = std::make_unique<postgres::Client>(postgres::Options{.url = server.url(name)});
        store_ = std::make_unique<Store>(*client_);
        Store::migrate(*client_);
        store_->register_worlds({"default"}, game.now);
    }

    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] std::string rows(const std::string& query) const {
        return server_.ask("select string_agg(t::text, ' ' order by t::text) from (" + query + ") t", name_);
    }

private:
    const watchtower::test::PostgresServer& server_;
    const std::string name_;
    std::unique_ptr<postgres::Client> client_;
    std::unique_ptr<Store> store_;
};

class FoldedTicks : public testing::TestWithParam<std::uint64_t> {
protected:
    TickWrite play() {
        for (int i = 0; i < 8; ++i) {
            if (number(3) == 0) {
                continue;
            }
            const std::string player = "p\t" + std::to_string(i);
            game_.nomad(player, {{"move", static_cast<std::uint64_t>(number(50))}});
            game_.balance(player, (std::to_string(number(90)) + ".5").c_str(), "1");
        }
        for (int i = number(4); i >= 0; --i) {
            game_.combat(std::to_string(number(9)), number(1) == 0, 1);
            game_.combat(std::nullopt, number(1) == 0);
            game_.event(std::to_string(number(9)), number(1) == 0 ? "raid" : "tempete", 2);
        }
        if (number(9) == 0) {
            game_.nomad("big", {{"move", number(1) == 0 ? 5000U : 1U}});
        }
        const Step step = game_.compare_with(game_.world);
        TickWrite write = tick_write(game_.world, step);
        game_.finish(step);
        return write;
    }

    int number(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

    std::mt19937_64 random_{GetParam()};
    test::Game game_;
};

TEST_P(FoldedTicks, LeaveTheTablesAsTheTicksByThemselvesWould) {
    watchtower::test::PostgresServer server;
    Tables one(game_, server, "one");
    Tables folded(game_, server, "folded");
    std::optional<TickWrite> waiting;
    for (int tick = 0; tick < 30; ++tick) {
        const TickWrite write = play();
        ASSERT_EQ(one.store().store(write), Store::Outcome::stored);
        waiting = waiting ? fold(std::move(*waiting), write) : write;
        if (number(2) == 0) {
            ASSERT_EQ(folded.store().store(decode_tick_write(encode(*waiting))), Store::Outcome::stored);
            waiting.reset();
        }
    }
    if (waiting) {
        ASSERT_EQ(folded.store().store(*waiting), Store::Outcome::stored);
    }
    for (const std::string query :
         {"select * from worlds",
          "select world, tick, state::text, document::text from snapshots",
          "select * from gameplay_metrics",
          "select world, player_id, first_seen, last_active, in_nomads, in_resources, in_dwellings, nomads, actions,"
          " actions_by_name::text, actions_counted, gold, spice, dwellings, highest_level, baseline::text"
          " from player_current",
          "select * from list_entries",
          "select player_id, sum(actions_added), sum(nomads_created), sum(gold_collected), sum(gold_spent)"
          " from player_activity group by player_id",
          "select event_type, sum(count), sum(affected_players) from event_metrics group by event_type"}) {
        EXPECT_EQ(folded.rows(query), one.rows(query)) << query;
    }
    EXPECT_NE(one.rows("select count(*) from list_entries"), "(0)");
}

INSTANTIATE_TEST_SUITE_P(Seeds, FoldedTicks, testing::Range<std::uint64_t>(1, 5));

}  // namespace
}  // namespace watchtower::collector
