#include "services/collector/store/store.hpp"

#include "services/collector/erasure/tables.hpp"
#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"
#include "services/collector/store/erased.hpp"
#include "tests/integration/collector_erasure/erasures.hpp"

namespace watchtower::collector {
namespace {

using test::Erasures;
using StoreOfErased = Erasures;

TEST_F(StoreOfErased, CountsOnWithoutStoringHim) {
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
    }
    (void)erase();
    for (int i = 0; i < 6; ++i) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
        EXPECT_EQ(postgres_.ask("select state from snapshots order by tick desc limit 1"), without(plain_.state()));
        const auto news = store_.take_news().erasures;
        ASSERT_EQ(news.has_value(), i == 0);
        if (news) {
            EXPECT_EQ(news->state_text, without(plain_.state()));
            hide_players(game_.world, news->erased);
        }
        EXPECT_TRUE(nothing_names("Zoë")) << i;
        if (i == 2 || i == 4) {
            game_.world = store_.load("default");
        }
        EXPECT_EQ(encode(game_.state()), without(plain_.state()));
    }
    EXPECT_EQ(postgres_.ask("select count(*) from player_current where player_id like '%erased%'"), "0");
    EXPECT_EQ(postgres_.ask("select count(*) from player_activity where player_id not in ('bob', 'cid')"), "0");
    EXPECT_EQ(postgres_.ask("select actions_by_name->>'move' from erased_players"), "90");
}

TEST_F(StoreOfErased, NeverStoresOneWhoWasErasedBeforeHeCame) {
    (void)erase();
    game_.world = store_.load("default");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(store_tick(), Store::Outcome::stored);
        EXPECT_FALSE(store_.take_news().erasures);
        EXPECT_TRUE(nothing_names("Zoë"));
    }
    EXPECT_EQ(encode(game_.state()), without(plain_.state()));
    EXPECT_EQ(encode(*store_.load("default").state), without(plain_.state()));
}

TEST_F(StoreOfErased, KnowsATickThatWasStoredBeforeTheErasure) {
    const TickWrite write = write_tick();
    ASSERT_EQ(store_.store(write), Store::Outcome::stored);
    (void)fence(client_, "default", kPlayer);
    EXPECT_EQ(store_.store(write), Store::Outcome::stored);
    const auto news = store_.take_news().erasures;
    ASSERT_TRUE(news);
    EXPECT_EQ(news->state_text, without(plain_.state()));
    (void)erase();
    EXPECT_EQ(store_.store(write), Store::Outcome::stored);
    EXPECT_TRUE(store_.take_news().erasures);
    EXPECT_TRUE(nothing_names("Zoë"));
}

TEST_F(StoreOfErased, LoadsAStateThatIsNotYetRewrittenWithoutHim) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    (void)fence(client_, "default", kPlayer);
    const WorldMemory world = store_.load("default");
    EXPECT_EQ(encode(*world.state), without(plain_.state()));
    EXPECT_EQ(world.players.find(kPlayer), NameTable::kNone);
    EXPECT_EQ(world.erased.erasures(), 1U);
}

TEST_F(StoreOfErased, TakesTheNewerRowOfTicksFoldedOverAnErasure) {
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    TickWrite older = write_tick();
    (void)erase();
    hide_players(game_.world, client_.read([](pqxx::read_transaction& transaction) {
        return read_erased_players(transaction, "default");
    }));
    TickWrite newer = write_tick();
    ASSERT_LT(older.erasures, newer.erasures);
    const TickWrite folded = decode_tick_write(encode(fold(std::move(older), std::move(newer))));
    ASSERT_EQ(store_.store(folded), Store::Outcome::stored);
    EXPECT_EQ(postgres_.ask("select actions_by_name->>'move' from erased_players"), "30");
    EXPECT_EQ(postgres_.ask("select count(*) from snapshots"), "3");
    EXPECT_TRUE(nothing_names("Zoë"));
    game_.world = store_.load("default");
    ASSERT_EQ(store_tick(), Store::Outcome::stored);
    EXPECT_EQ(encode(game_.state()), without(plain_.state()));
}

}  // namespace
}  // namespace watchtower::collector
