#include "services/api-gateway/players.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "services/api-gateway/players_cursor.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::gateway {
namespace {

/// A player of the tests: numbers that are negative are not told by the last read.
struct Row {
    std::string id;
    std::int64_t actions = -1;
    std::int64_t gold = -1;
    std::int64_t dwellings = 0;
};

std::int64_t value_of(const Row& row, PlayerSort sort) {
    return sort == PlayerSort::actions ? row.actions : sort == PlayerSort::gold ? row.gold : row.dwellings;
}

class Players : public testing::Test {
protected:
    Players() {
        // Not bytewise by itself, as the databases of most people are.
        server_.run("alter table player_current alter player_id type text collate \"und-x-icu\"");
        server_.run("insert into worlds values ('default', 0, false, 0, now(), '2025-12-08T12:34:00Z')");
    }

    void add(const Row& row, const std::string& world = "default") {
        const auto number = [](std::int64_t value) { return std::to_string(std::max<std::int64_t>(value, 0)); };
        const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
        server_.run("insert into player_current values ('" + world + "', $p$" + row.id +
                    "$p$, '2025-12-01T00:00:00Z', '2025-12-08T12:00:00Z', '2025-12-08T11:00:00.5Z', " +
                    truth(row.actions >= 0) + ", " + truth(row.gold >= 0) + ", " + truth(row.dwellings > 0) + ", " +
                    (row.actions >= 0 ? "2" : "0") + ", " + number(row.actions) + ", '{\"move\":" +
                    number(row.actions) + "}', 7, " + number(row.gold) + ".25, 0, " + number(row.dwellings) +
                    ", 3, null) on conflict (world, player_id) do update set actions = excluded.actions, in_nomads ="
                    " excluded.in_nomads, gold = excluded.gold, in_resources = excluded.in_resources");
    }

    PlayersPage ask(const PlayersQuestion& question) {
        return client_.read([&](pqxx::read_transaction& transaction) { return query_players(transaction, question); });
    }

    /// The ids of a whole list, read page by page with cursors; `between` is called before each further page.
    std::vector<std::string> walk(
        PlayersQuestion question, const std::function<void()>& between = [] {}) {
        std::vector<std::string> ids;
        for (;;) {
            const PlayersPage page = ask(question);
            EXPECT_LE(page.players.size(), static_cast<std::size_t>(question.limit));
            for (const PlayerNow& player : page.players) {
                ids.push_back(player.player_id);
            }
            if (!page.next) {
                return ids;
            }
            question.after = parse_cursor(encode_cursor(question, *page.next), question);
            between();
        }
    }

    std::optional<PlayerDetails> one(const std::string& id, const std::string& world = "default") {
        return client_.read([&](pqxx::read_transaction& transaction) { return query_player(transaction, world, id); });
    }

    watchtower::test::WorldStores stores_;
    const watchtower::test::PostgresServer& server_ = stores_.postgres;
    postgres::Client client_{{.url = stores_.reader_url()}};
};

TEST_F(Players, AreListedInOneOrderWhateverThePage) {
    std::vector<Row> rows = {
        {"a"}, {"Z", 5, 7, 1}, {"b", 5, -1, 3}, {"B", 5, 0}, {"\xC3\xA4", 5, 3, 1}, {"c", 0, 9, 1}};
    for (int i = 0; i < 40; ++i) {
        rows.push_back({"p" + std::to_string(i), i % 4 - 1, (i * 7) % 11 - 1, i % 3});
    }
    rows[0].gold = 12;
    for (const Row& row : rows) {
        add(row);
        add(row, "other");
    }
    add({"left-the-game"});
    for (const PlayerSort sort : {PlayerSort::actions, PlayerSort::gold, PlayerSort::dwellings}) {
        for (const SortOrder order : {SortOrder::descending, SortOrder::ascending}) {
            std::vector<Row> expected;
            std::copy_if(rows.begin(), rows.end(), std::back_inserter(expected), [](const Row& row) {
                return row.actions >= 0 || row.gold >= 0 || row.dwellings > 0;
            });
            std::sort(expected.begin(), expected.end(), [&](const Row& a, const Row& b) {
                const auto left = value_of(a, sort);
                const auto right = value_of(b, sort);
                if ((left < 0) != (right < 0)) {
                    return right < 0;
                }
                return left == right ? a.id < b.id : order == SortOrder::descending ? left > right : left < right;
            });
            std::vector<std::string> ids;
            for (const Row& row : expected) {
                ids.push_back(row.id);
            }
            for (const int limit : {1, 3, 10, 45, 1000}) {
                EXPECT_EQ(walk({"default", sort, order, limit, {}}), ids)
                    << to_text(sort) << ' ' << to_text(order) << ' ' << limit;
            }
        }
    }
}

TEST_F(Players, WhoDoNotMoveAreListedOnceWhileOthersDo) {
    server_.run(
        "insert into player_current select 'default', 'still' || i, now(), now(), null, true, true, true, 1, i / 3, "
        "'{}',"
        " 0, i, i, 0, 0, null from generate_series(0, 29) i");
    for (const SortOrder order : {SortOrder::descending, SortOrder::ascending}) {
        server_.run(
            "insert into player_current select 'default', 'restless' || i, now(), now(), null, true, true, true, 1, i,"
            " '{}', 0, i, i, 0, 0, null from generate_series(0, 29) i on conflict do nothing");
        int round = 0;
        const auto ids = walk({"default", PlayerSort::actions, order, 7, {}}, [&] {
            server_.run("update player_current set actions = (actions * 13 + " + std::to_string(++round) +
                        ") % 40 where player_id like 'restless%'");
            server_.run("delete from player_current where player_id = 'restless" + std::to_string(round % 30) + "'");
        });
        std::multiset<std::string> seen(ids.begin(), ids.end());
        for (int i = 0; i < 30; ++i) {
            EXPECT_EQ(seen.count("still" + std::to_string(i)), 1U) << i;
        }
    }
}

TEST_F(Players, AreShownWithExactNumbersAndNothingWhereNothingIsKnown) {
    add({"rich", 1, 9'007'199'254'740'993});
    add({"actions only", 3});
    add({"gold only", -1, 4});
    const PlayersPage page = ask({"default", PlayerSort::gold, SortOrder::descending, 2, {}});
    ASSERT_EQ(page.players.size(), 2U);
    EXPECT_EQ(page.players[0].gold, "9007199254740993.25");
    EXPECT_EQ(page.players[1].player_id, "gold only");
    EXPECT_FALSE(page.players[1].actions);
    EXPECT_EQ(page.tick, parse_rfc3339("2025-12-08T12:34:00Z"));
    ASSERT_TRUE(page.next);
    EXPECT_EQ(page.next->value, "4.25");
    const PlayersPage last = ask({"default", PlayerSort::gold, SortOrder::descending, 2, page.next});
    ASSERT_EQ(last.players.size(), 1U);
    EXPECT_FALSE(last.players[0].gold);
    EXPECT_FALSE(last.players[0].spice);
    EXPECT_FALSE(last.next);
    EXPECT_TRUE(ask({"nowhere", PlayerSort::gold, SortOrder::descending, 2, {}}).players.empty());
}

TEST_F(Players, AreFoundOneByOne) {
    add({"a\"/\xF0\x9F\x8F\x95", 5, 3, 2});
    add({"better", 6});
    add({"A", 5});
    add({"gone"});
    const auto player = one("a\"/\xF0\x9F\x8F\x95");
    ASSERT_TRUE(player);
    EXPECT_EQ(player->rank, 3) << "after the better and the one with the same whose id is less";
    EXPECT_EQ(encode(*player, std::nullopt),
              "{\"player_id\":\"a\\\"/\xF0\x9F\x8F\x95\",\"nomads\":2,\"actions\":5,\"gold\":3.25,\"spice\":0,"
              "\"dwellings\":2,\"highest_level\":3,\"last_active\":\"2025-12-08T11:00:00.500Z\",\"in_game\":true,"
              "\"actions_by_name\":{\"move\":5},\"actions_counted\":7,\"rank\":3,"
              "\"first_seen\":\"2025-12-01T00:00:00.000Z\",\"changed_at\":\"2025-12-08T12:00:00.000Z\","
              "\"tick\":\"2025-12-08T12:34:00.000Z\",\"timestamp\":null}");
    const auto gone = one("gone");
    ASSERT_TRUE(gone);
    EXPECT_FALSE(gone->in_game);
    EXPECT_FALSE(gone->rank);
    EXPECT_FALSE(gone->now.gold);
    EXPECT_TRUE(gone->actions_by_name.empty());
    EXPECT_FALSE(one("nobody"));
    EXPECT_FALSE(one("better", "other"));
}

TEST_F(Players, HaveRanksThatAreNotCountedWithoutEnd) {
    server_.run(
        "insert into player_current select 'default', 'p' || i, now(), now(), null, true, false, false, 1, 5, '{}', 5,"
        " 0, 0, 0, 0, null from generate_series(10001, 11003) i");
    EXPECT_EQ(one("p10001")->rank, 1);
    EXPECT_EQ(one("p11000")->rank, 1000);
    EXPECT_FALSE(one("p11001")->rank);
}

TEST_F(Players, AreReadByActionsFromAnIndexWhateverThePage) {
    server_.run(
        "insert into player_current select 'default', 'p' || i, now(), now(), null, i % 5 > 0, i % 7 > 0, true, i % 11,"
        " i % 1000, '{}', 5, i * 0.5, i % 3, i % 4, 1, null from generate_series(1, 20000) i");
    server_.run("analyze player_current");
    for (const SortOrder order : {SortOrder::descending, SortOrder::ascending}) {
        for (const auto& after : {std::optional<PlayerPlace>(),
                                  std::optional(PlayerPlace{"0", "p5"}),
                                  std::optional(PlayerPlace{std::nullopt, "p5"})}) {
            const auto read = client_.read([&](pqxx::read_transaction& transaction) {
                transaction.exec("set local plan_cache_mode = force_generic_plan");
                const auto rows = [&] {
                    return transaction
                        .exec1(
                            "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables"
                            " where relname = 'player_current'")[0]
                        .as<std::int64_t>();
                };
                const std::int64_t before = rows();
                (void)query_players(transaction, {"default", PlayerSort::actions, order, 50, after});
                return rows() - before;
            });
            EXPECT_LE(read, 6 * 51) << to_text(order) << ' ' << after.has_value();
        }
    }
}

TEST(PlayerNow, KnowsNothingOfWhatWasNeverRead) {
    proto::State state;
    PlayerNow player{"x", "0", std::nullopt, "3", "4", "0", "0", {}};
    PlayerNow read = player;
    forget_unread(player, state);
    EXPECT_FALSE(player.nomads);
    EXPECT_FALSE(player.dwellings);
    EXPECT_FALSE(player.highest_level);
    EXPECT_EQ(player.gold, "3");
    for (auto& section : state.sections) {
        section.last_good = TimePoint();
    }
    forget_unread(read, state);
    EXPECT_EQ(read.nomads, "0");
    EXPECT_EQ(read.dwellings, "0");
}

}  // namespace
}  // namespace watchtower::gateway
