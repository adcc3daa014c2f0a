#include <random>

#include <gtest/gtest.h>

#include "tests/integration/collector_owners/fleet.hpp"
#include "tests/support/eventually.hpp"

namespace watchtower::collector {
namespace {

using namespace std::chrono_literals;
using test::eventually;

constexpr Milliseconds kDeadline{30'000};

class OwnersSpread : public testing::TestWithParam<std::size_t> {};

TEST_P(OwnersSpread, IsEvenAndStaysStill) {
    Fleet fleet(50);
    const auto show = [&] { return fleet.show(); };
    fleet.add_many(GetParam());
    OverlapWatch watch(fleet);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    EXPECT_TRUE(fleet.stays_still(12)) << fleet.show();
    EXPECT_TRUE(fleet.is_even()) << fleet.show();
    EXPECT_EQ(watch.overlaps(), 0);
    for (const auto& replica : fleet.replicas) {
        EXPECT_EQ(replica->owners().status().collectors, GetParam());
    }
}

INSTANTIATE_TEST_SUITE_P(, OwnersSpread, testing::Values(1, 2, 3, 4, 5));

TEST(Owners, ShareWithAFurtherCollectorAndTakeOverFromOneThatLeaves) {
    Fleet fleet(10);
    const auto show = [&] { return fleet.show(); };
    fleet.add_many(2);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    fleet.add();
    {
        OverlapWatch watch(fleet);
        ASSERT_TRUE(eventually(
            kDeadline, [&] { return fleet.is_even(); }, show));
        EXPECT_TRUE(fleet.stays_still(6));
        EXPECT_EQ(watch.overlaps(), 0);
    }
    fleet.remove(0);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    EXPECT_TRUE(fleet.stays_still(6));
}

TEST(Owners, MoreCollectorsThanWorldsLeaveSomeWithout) {
    Fleet fleet(2);
    fleet.add_many(4);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, [&] { return fleet.show(); }));
    EXPECT_TRUE(fleet.stays_still(8));
}

TEST(Owners, KeepABusyWorldUntilItIsIdle) {
    Fleet fleet(2);
    Replica& first = fleet.add();
    ASSERT_TRUE(eventually(kDeadline, [&] { return fleet.is_even(); }));
    for (const std::size_t world : {0U, 1U}) {
        first.owners().set_busy(world, true);
        ASSERT_TRUE(first.owners().owns(world));
    }
    fleet.add();
    EXPECT_TRUE(fleet.stays_still(12)) << fleet.show();
    first.owners().set_busy(1, false);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, [&] { return fleet.show(); }));
    EXPECT_EQ(first.owned(), std::vector<bool>({true, false}));
}

TEST(Owners, TakeOverFromACrashedCollectorWhenItsLeaseHasRunOut) {
    Fleet fleet(9);
    const auto show = [&] { return fleet.show(); };
    fleet.add_many(3);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    fleet.crash(1);
    EXPECT_FALSE(fleet.all_owned_once());
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    EXPECT_TRUE(fleet.stays_still(6));
}

TEST(Owners, LoseAtTheirOwnDeadlineWhenHeldUp) {
    Fleet fleet(4);
    const auto show = [&] { return fleet.show(); };
    Replica& frozen = fleet.add();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    frozen.hold_up_at_next_change();
    Replica& other = fleet.add();
    OverlapWatch watch(fleet);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return other.owned() == std::vector<bool>(4, true); }, show));
    EXPECT_EQ(frozen.owned(), std::vector<bool>(4, false));
    frozen.let_go();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    EXPECT_EQ(watch.overlaps(), 0);
}

TEST(Owners, TellOfWorldsThatTheyHadLostForAMoment) {
    Fleet fleet(2);
    Replica& alone = fleet.add();
    ASSERT_TRUE(eventually(kDeadline, [&] { return fleet.is_even(); }));
    alone.hold_up_at_next_change();
    {
        Replica& other = fleet.add();  // what it gets is the change
        ASSERT_TRUE(eventually(
            kDeadline, [&] { return other.owned() == std::vector<bool>(2, true); }, [&] { return fleet.show(); }));
    }
    fleet.remove(1);
    const auto before = alone.owners().status().changes;
    alone.let_go();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return alone.owned() == std::vector<bool>(2, true); }, [&] { return fleet.show(); }));
    EXPECT_EQ(alone.owners().status().changes, before + 3) << "one was lost and came, one came for the first time";
}

TEST(Owners, StayWhereTheyAreWhenRedisForgetsAll) {
    Fleet fleet(10);
    const auto show = [&] { return fleet.show(); };
    fleet.add_many(3);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    ASSERT_TRUE(fleet.stays_still(6));
    const auto before = fleet.owned();
    redis::Client client({.url = fleet.redis.url()});
    client.command({"FLUSHALL"});
    EXPECT_TRUE(fleet.stays_still(16)) << fleet.show();
    EXPECT_EQ(fleet.owned(), before);
    client.command({"FLUSHALL"});
    fleet.redis.kill();
    fleet.redis.start();
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.all_by(Means::redis); }, show));
    EXPECT_TRUE(fleet.stays_still(16)) << fleet.show();
    EXPECT_EQ(fleet.owned(), before);
}

TEST(Owners, CollectAllWorldsThoughTheirListsDiffer) {
    Fleet fleet(6);
    const auto show = [&] { return fleet.show(); };
    fleet.add(3);
    fleet.add(3);
    const Replica& newer = fleet.add(6);
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.all_owned_once() && fleet.stays_still(12); }, show));
    EXPECT_TRUE(fleet.all_owned_once()) << fleet.show();
    for (const std::size_t world : {3U, 4U, 5U}) {
        EXPECT_TRUE(newer.owners().owns(world)) << world;
    }
}

TEST(Owners, ComeToRestAfterAnyComingsAndGoings) {
    Fleet fleet(20);
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    const auto show = [&] { return "seed " + std::to_string(seed) + ": " + fleet.show(); };
    fleet.add_many(2);
    for (int step = 0; step < 12; ++step) {
        const std::size_t which = random() % fleet.replicas.size();
        switch (fleet.replicas.size() == 1 ? 0 : random() % 4) {
            case 0:
            case 1:
                if (fleet.replicas.size() < 5) {
                    fleet.add();
                }
                break;
            case 2:
                fleet.remove(which);
                break;
            default:
                fleet.crash(which);
        }
        const auto& someone = fleet.replicas[random() % fleet.replicas.size()]->owners();
        const auto rounds = someone.status().rounds + random() % 4;
        ASSERT_TRUE(eventually(kDeadline, [&] { return someone.status().rounds >= rounds; }));
    }
    ASSERT_TRUE(eventually(
        kDeadline, [&] { return fleet.is_even(); }, show));
    EXPECT_TRUE(fleet.stays_still(8)) << show();
    EXPECT_TRUE(fleet.is_even()) << show();
}

}  // namespace
}  // namespace watchtower::collector
