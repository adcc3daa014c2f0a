#include <gtest/gtest.h>

#include "services/collector/store/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/collector_model/game.hpp"

namespace watchtower::collector {
namespace {

/// A database that answers and takes nothing.
class FullDisk : public testing::Test {
protected:
    FullDisk() {
        Store::migrate(client_);
        Store(client_).register_worlds({"default"}, game_.now);
        game_.nomad("p1", {{"move", 5}});
    }

    Store::Outcome store(postgres::Client& client) {
        return Store(client).store(tick_write(game_.world, game_.compare_with(game_.world)));
    }

    watchtower::test::PostgresServer server_;
    postgres::Client client_{{.url = server_.url()}};
    test::Game game_;
};

TEST_F(FullDisk, IsAnOutageThatLeavesNothingHalfStored) {
    server_.run(
        "create function fill() returns trigger language plpgsql as"
        " $$ begin raise 'could not extend file' using errcode = '53100'; end $$");
    server_.run("create trigger fill before insert on player_activity for each row execute function fill()");
    EXPECT_THROW((void)store(client_), Unavailable);
    EXPECT_EQ(server_.ask("select count(*) from snapshots"), "0");
    EXPECT_EQ(server_.ask("select last_tick is null from worlds"), "t");
    server_.run("drop trigger fill on player_activity");
    EXPECT_EQ(store(client_), Store::Outcome::stored);
}

TEST_F(FullDisk, IsAsADatabaseThatMayOnlyBeRead) {
    server_.run("alter role watchtower set default_transaction_read_only = on");
    postgres::Client reading({.url = server_.url()});
    EXPECT_THROW((void)store(reading), Unavailable);
    server_.run("alter role watchtower reset default_transaction_read_only");
    postgres::Client writing({.url = server_.url()});
    EXPECT_EQ(store(writing), Store::Outcome::stored);
    EXPECT_EQ(server_.ask("select count(*) from snapshots"), "1");
}

}  // namespace
}  // namespace watchtower::collector
