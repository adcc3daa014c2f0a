#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/integration/collector_owners/fleet.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::collector {
namespace {

using namespace std::chrono_literals;
using test::eventually;

constexpr Milliseconds kDeadline{30'000};

/// Whether it runs now.
template <typename Server>
bool toggle(Server& server, bool runs) {
    if (runs) {
        server.kill();
    } else {
        server.start();
    }
    return !runs;
}

/// Collectors that have come to rest.
class OwnersWithoutRedis : public testing::Test {
protected:
    void settle(std::size_t collectors) {
        fleet_.add_many(collectors);
        ASSERT_TRUE(eventually(
            kDeadline, [&] { return fleet_.is_even() && fleet_.stays_still(4); }, show()));
        before_ = fleet_.owned();
    }

    [[nodiscard]] std::function<std::string()> show() {
        return [this] { return fleet_.show(); };
    }

    void expect_all_by(Means means) {
        EXPECT_TRUE(eventually(
            kDeadline, [&] { return fleet_.all_by(means); }, show()))
            << to_string(means);
    }

    void expect_no_move(std::uint64_t rounds) {
        EXPECT_TRUE(fleet_.stays_still(rounds)) << fleet_.show();
        EXPECT_EQ(fleet_.owned(), before_);
    }

    /// Long enough for all that waits to have happened: others' worlds are taken after two leases and kSettling.
    static constexpr std::uint64_t kManyRounds = 28;
    /// The same where Redis answers: kSettling is over.
    static constexpr std::uint64_t kSettlingRounds = 18;

    Fleet fleet_{10};
    std::vector<std::vector<bool>> before_;
};

TEST_F(OwnersWithoutRedis, GoOnByLocksAndMoveNothing) {
    settle(3);
    fleet_.redis.kill();
    expect_all_by(Means::postgres);
    expect_no_move(kManyRounds);
    fleet_.redis.start();
    expect_all_by(Means::redis);
    expect_no_move(kSettlingRounds);
    EXPECT_EQ(fleet_.postgres.ask("select count(*) from pg_locks where locktype = 'advisory'"), "10");
}

TEST_F(OwnersWithoutRedis, MoveNothingWhenRedisWasFrozen) {
    settle(3);
    fleet_.redis.freeze();
    expect_all_by(Means::postgres);
    expect_no_move(8);
    fleet_.redis.thaw();
    expect_all_by(Means::redis);
    expect_no_move(kSettlingRounds);
}

TEST_F(OwnersWithoutRedis, TakeOverFromTheDead) {
    settle(3);
    fleet_.redis.kill();
    expect_all_by(Means::postgres);
    fleet_.crash(0);
    EXPECT_FALSE(fleet_.all_owned_once());
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_owned_once(); }, show()));
    EXPECT_TRUE(fleet_.stays_still(8));
    fleet_.redis.start();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_by(Means::redis) && fleet_.is_even(); }, show()));
}

TEST_F(OwnersWithoutRedis, GoOnWithoutPostgresToo) {
    settle(3);
    fleet_.redis.kill();
    expect_all_by(Means::postgres);
    fleet_.postgres.freeze();
    expect_all_by(Means::neither);
    expect_no_move(12);
    fleet_.postgres.thaw();
    expect_all_by(Means::postgres);
    fleet_.postgres.stop();
    expect_all_by(Means::neither);
    expect_no_move(12);
    fleet_.postgres.start();
    expect_all_by(Means::postgres);
    expect_no_move(kManyRounds);
    fleet_.redis.start();
    expect_all_by(Means::redis);
    expect_no_move(kSettlingRounds);
}

TEST_F(OwnersWithoutRedis, GoOnWhenBothServersEndAtOnceAndComeBackInAnyOrder) {
    settle(3);
    fleet_.postgres.kill();
    fleet_.redis.kill();
    expect_all_by(Means::neither);
    expect_no_move(12);
    fleet_.redis.start();
    expect_all_by(Means::redis);
    expect_no_move(kSettlingRounds);
    fleet_.postgres.start();
}

TEST_F(OwnersWithoutRedis, OwnNothingWhenStartedWithNeitherServer) {
    fleet_.postgres.stop();
    fleet_.redis.kill();
    const Replica& late = fleet_.add();
    EXPECT_TRUE(fleet_.stays_still(12));
    EXPECT_EQ(late.owned(), std::vector<bool>(10, false));
    fleet_.postgres.start();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_owned_once(); }, show()));
    EXPECT_TRUE(fleet_.all_by(Means::postgres));
}

TEST_F(OwnersWithoutRedis, ShareByLocksWhenStartedTogether) {
    fleet_.redis.kill();
    fleet_.add_many(3);
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_owned_once(); }, show()));
    EXPECT_TRUE(fleet_.stays_still(8));
    fleet_.redis.start();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_by(Means::redis) && fleet_.is_even(); }, show()));
}

TEST_F(OwnersWithoutRedis, GiveWayToThoseWhoOwnByRedis) {
    settle(3);
    Replica& lonely = *fleet_.replicas[0];
    lonely.cut_redis();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return lonely.owned() == std::vector<bool>(10, false) && fleet_.all_owned_once(); }, show()));
    EXPECT_EQ(lonely.owners().status().means, Means::postgres);
    EXPECT_TRUE(fleet_.stays_still(kManyRounds)) << fleet_.show();
    lonely.heal();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.is_even(); }, show()));
}

TEST_F(OwnersWithoutRedis, GoOnAloneWhenCutOffFromBothServers) {
    settle(1);
    fleet_.replicas[0]->crash();
    expect_all_by(Means::neither);
    expect_no_move(12);
    fleet_.replicas[0]->heal();
    expect_all_by(Means::redis);
    expect_no_move(kSettlingRounds);
}

TEST_F(OwnersWithoutRedis, GiveUpAWorldWhoseTickWasRefused) {
    settle(2);
    Owners& owners = fleet_.replicas[0]->owners();
    const auto& mine = before_[0];
    const auto world = static_cast<std::size_t>(std::find(mine.begin(), mine.end(), true) - mine.begin());
    EXPECT_FALSE(owners.give_up(world)) << "it owns by Redis";
    EXPECT_TRUE(owners.owns(world));
    fleet_.redis.kill();
    expect_all_by(Means::postgres);
    EXPECT_TRUE(owners.give_up(world));
    EXPECT_FALSE(owners.owns(world));
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_owned_once(); }, show()));
}

TEST_F(OwnersWithoutRedis, LoseForGoodWhenHeldUpWhileBothAreAway) {
    settle(2);
    fleet_.redis.kill();
    fleet_.postgres.stop();
    expect_all_by(Means::neither);
    Replica& frozen = *fleet_.replicas[0];
    const auto& mine = before_[0];
    const auto world = static_cast<std::size_t>(std::find(mine.begin(), mine.end(), true) - mine.begin());
    frozen.hold_up_at_next_change();
    ASSERT_TRUE(frozen.owners().give_up(world));
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return frozen.owned() == std::vector<bool>(10, false); }, show()));
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return std::chrono::steady_clock::now() - begin > Holdings::kFrozen + Fleet::kLease; }));
    frozen.let_go();
    const auto rounds = frozen.owners().status().rounds;
    ASSERT_TRUE(eventually(kDeadline, [&] { return frozen.owners().status().rounds > rounds + 8; }));
    EXPECT_EQ(frozen.owned(), std::vector<bool>(10, false));
    fleet_.postgres.start();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_owned_once(); }, show()));
}

TEST_F(OwnersWithoutRedis, EndSoonThoughBothServersAreFrozen) {
    settle(2);
    fleet_.redis.freeze();
    fleet_.postgres.freeze();
    const auto begin = std::chrono::steady_clock::now();
    fleet_.remove(0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
    fleet_.redis.thaw();
    fleet_.postgres.thaw();
}

TEST_F(OwnersWithoutRedis, LoseAWorldWhoseLockAnotherSessionHas) {
    settle(1);
    fleet_.redis.kill();
    expect_all_by(Means::postgres);
    Replica& only = *fleet_.replicas[0];
    only.cut_postgres();
    postgres::Client other({.url = fleet_.postgres.url(), .application_name = "other"});
    const auto locks_world_3 = [&] {
        return other.read([](pqxx::read_transaction& transaction) {
            return transaction.exec1("select pg_try_advisory_lock(hashtextextended('watchtower:own:world-3', 0))")[0]
                .as<bool>();
        });
    };
    EXPECT_TRUE(eventually(kDeadline, locks_world_3));
    EXPECT_TRUE(only.owners().owns(3)) << "it cannot know yet";
    only.heal();
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return !only.owners().owns(3); }, show()));
    EXPECT_TRUE(only.owners().owns(4));
}

TEST_F(OwnersWithoutRedis, ComeToRestAfterAnyTrouble) {
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    const auto say = [&] { return "seed " + std::to_string(seed) + ": " + fleet_.show(); };
    settle(4);
    bool redis_runs = true;
    bool postgres_runs = true;
    for (int step = 0; step < 16; ++step) {
        Replica& one = *fleet_.replicas[random() % fleet_.replicas.size()];
        switch (random() % 6) {
            case 0:
                redis_runs = toggle(fleet_.redis, redis_runs);
                break;
            case 1:
                postgres_runs = toggle(fleet_.postgres, postgres_runs);
                break;
            case 2:
                one.cut_redis();
                break;
            case 3:
                one.cut_postgres();
                break;
            case 4:
                one.hold_up_at_next_change();
                break;
            default:
                one.let_go();
                one.heal();
        }
        const auto& someone = fleet_.replicas[random() % fleet_.replicas.size()]->owners();
        const auto rounds = someone.status().rounds + random() % 6;
        (void)eventually(2s, [&] { return someone.status().rounds >= rounds; });
    }
    if (!redis_runs) {
        fleet_.redis.start();
    }
    for (const auto& replica : fleet_.replicas) {
        replica->let_go();
        replica->heal();
    }
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.all_by(Means::redis) && fleet_.is_even(); }, say));
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return fleet_.stays_still(8); }, say));
    EXPECT_TRUE(fleet_.is_even()) << say();
    if (!postgres_runs) {
        fleet_.postgres.start();
    }
}

}  // namespace
}  // namespace watchtower::collector
