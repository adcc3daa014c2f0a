#include "services/ccc-simulator/observer.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/unit/ccc_simulator/worlds.hpp"

namespace watchtower::simulator {
namespace {

using proto::Section;
using test::lively;

Reading balances(std::uint32_t step, std::vector<Reading::Balance> list) {
    Reading reading;
    reading.section = Section::resources;
    reading.epoch = 1;
    reading.step = step;
    reading.balances = std::move(list);
    return reading;
}

Reading done(std::uint32_t step, std::vector<Reading::Done> list) {
    Reading reading;
    reading.section = Section::nomads;
    reading.epoch = 1;
    reading.step = step;
    reading.done = std::move(list);
    return reading;
}

void take_all(Observer& observer, const World& world) {
    for (const Section section : proto::kSections) {
        observer.take(read(section, world));
    }
}

std::uint64_t sum(const ActionCounts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

TEST(Observer, NetsChangesBetweenReadings) {
    Observer observer;
    observer.take(balances(1, {{0, 100, 0}, {1, 50, 5}}));
    observer.take(balances(2, {{0, 130, 0}, {1, 20, 5}}));
    observer.take(balances(3, {{0, 120, 7}, {1, 20, 5}}));
    EXPECT_EQ(observer.gold().start, proto::Amount{150});
    EXPECT_EQ(observer.gold().collected, proto::Amount{30});
    EXPECT_EQ(observer.gold().spent, proto::Amount{40});
    EXPECT_EQ(observer.spice().collected, proto::Amount{7});
    EXPECT_EQ(observer.gold().joined, proto::Amount{});
}

TEST(Observer, KeepsJoinersAndLeaversApart) {
    Observer observer;
    observer.take(balances(1, {{0, 100, 0}}));
    observer.take(balances(2, {{3, 40, 0}}));
    observer.take(balances(3, {{0, 110, 0}, {3, 40, 0}}));
    EXPECT_EQ(observer.gold().left, proto::Amount{100});
    EXPECT_EQ(observer.gold().joined, proto::Amount{150});
    EXPECT_EQ(observer.gold().collected, proto::Amount{});
    EXPECT_EQ(observer.gold().spent, proto::Amount{});
}

TEST(Observer, DropsAReadingThatIsNotNewer) {
    Observer observer;
    observer.take(balances(5, {{0, 100, 0}}));
    observer.take(balances(4, {{0, 10, 0}}));
    observer.take(balances(5, {{0, 10, 0}}));
    EXPECT_EQ(observer.gold().spent, proto::Amount{});
    EXPECT_EQ(observer.readings(Section::resources), 1U);
}

TEST(Observer, CountsActionsFromTheFirstReadingOn) {
    Observer observer;
    observer.take(done(1, {{0, {5}}}));
    observer.take(done(2, {{0, {7}}, {1, {2}}}));
    observer.take(done(3, {{0, {6}}, {1, {2}}}));
    observer.take(done(4, {{0, {8}}, {1, {2}}}));
    EXPECT_EQ(observer.actions()[0], 11U);
}

TEST(Observer, RemembersThoseWhoLeft) {
    Observer observer;
    observer.take(done(1, {{0, {5}}, {1, {1}}}));
    observer.take(done(2, {{1, {1}}}));
    observer.take(done(3, {{0, {9}}, {1, {1}}}));
    EXPECT_EQ(observer.actions()[0], 10U);
    EXPECT_EQ(observer.returned_actions()[0], 5U);
}

TEST(Observer, AgreesWithTheWorldWhenItSeesEveryStep) {
    WorldOptions options = lively();
    options.churn = 0;
    options.fractions = true;
    World world(options);
    Observer observer;
    take_all(observer, world);
    for (int i = 0; i < 2'000; ++i) {
        if (i == 1'000) {
            world.reset();
            take_all(observer, world);
        }
        world.step();
        take_all(observer, world);
    }
    EXPECT_EQ(observer.actions(), world.actions());
    for (std::size_t i = 0; i < kCombatNames.size(); ++i) {
        EXPECT_EQ(observer.combats()[i].total, world.combats().by_type()[i].total);
        EXPECT_EQ(observer.combats()[i].successful, world.combats().by_type()[i].successful);
        EXPECT_EQ(observer.combats()[i].destroyed_dwellings, world.combats().by_type()[i].destroyed_dwellings);
    }
    for (std::size_t i = 0; i < kEventNames.size(); ++i) {
        EXPECT_EQ(observer.events()[i].count, world.events().by_type()[i].count);
        EXPECT_EQ(observer.events()[i].affected, world.events().by_type()[i].affected);
    }
    const Observer::Resource& gold = observer.gold();
    const Flow& flow = world.treasury().gold();
    EXPECT_EQ(gold.collected - gold.spent, flow.income - flow.spent);
    EXPECT_LE(gold.collected, flow.income);
}

TEST(Observer, MissesWhatSlidThroughTheListsUnseen) {
    WorldOptions options = lively();
    options.list_length = 5;
    World world(options);
    Observer observer;
    take_all(observer, world);
    for (int i = 0; i < 1'000; ++i) {
        world.step();
    }
    take_all(observer, world);
    EXPECT_EQ(observer.combats()[0].total + observer.combats()[1].total, 5U);
    EXPECT_LE(sum(observer.actions()), sum(world.actions()));
}

TEST(Observer, KeepsTheBooksOverComersLeaversAndResets) {
    World world(lively());
    Observer observer;
    take_all(observer, world);
    for (int i = 1; i <= 3'000; ++i) {
        world.step();
        if (i == 1'500) {
            world.reset();
        }
        if (i % 60 == 0) {
            take_all(observer, world);
        }
    }
    proto::Amount stock;
    for (const PlayerIndex index : world.people().present()) {
        stock += proto::Amount{world.people().players()[index].gold};
    }
    const Observer::Resource& gold = observer.gold();
    EXPECT_EQ(stock, gold.start + gold.collected - gold.spent + gold.joined - gold.left);
    EXPECT_GT(gold.left, proto::Amount{});
}

}  // namespace
}  // namespace watchtower::simulator
