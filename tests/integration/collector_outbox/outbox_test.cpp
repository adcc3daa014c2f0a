#include "services/collector/outbox/outbox.hpp"

#include <gtest/gtest.h>

#include "proto-json/names.hpp"
#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::collector {
namespace {

constexpr TimePoint kBegin{std::chrono::seconds(1'765'197'240)};

TimePoint tick(int number) {
    return kBegin + number * std::chrono::minutes(1);
}

/// The tick of a world in which one player was changed.
std::shared_ptr<Waiting> waiting(int number) {
    auto one = std::make_shared<Waiting>();
    TickWrite& write = one->write;
    write.previous_tick = tick(number - 1);
    write.states = {watchtower::test::sample_state("north", tick(number))};
    write.state_text = encode(write.state());
    write.player_rows = 1;
    std::string row = "p" + std::to_string(number);
    for (std::size_t column = 1; column < kFirstPlayerSum + 6; ++column) {
        row += "\t1";
    }
    write.players = row + "\n";
    return one;
}

class OutboxTest : public testing::Test {
protected:
    OutboxTest() { own("me"); }

    void own(const std::string& id) { redis_.command({"SET", proto::owner_key("north"), id}); }

    KeptTicks kept(const std::string& id = "me") { return {redis_, "north", id}; }

    std::vector<TimePoint> kept_ticks() { return kept().list(); }

    watchtower::test::RedisServer server_;
    redis::Client redis_{{.url = server_.url()}};
    OutboxLimit limit_{1U << 30U};
    Outbox outbox_{kept(), limit_};
};

TEST_F(OutboxTest, HandsWritesOutInOrder) {
    EXPECT_EQ(outbox_.front(), nullptr);
    EXPECT_TRUE(outbox_.push(waiting(1)));
    EXPECT_FALSE(outbox_.push(waiting(2)));
    EXPECT_EQ(outbox_.front()->write.state().tick, tick(1));
    EXPECT_EQ(outbox_.front()->write.state().tick, tick(1)) << "it stays until it is stored";
    outbox_.pop();
    EXPECT_EQ(outbox_.front()->write.state().tick, tick(2));
    outbox_.pop();
    EXPECT_EQ(outbox_.front(), nullptr);
    EXPECT_EQ(outbox_.size().ticks, 0);
}

TEST_F(OutboxTest, KeepsInRedisWhatTheNextOwnerNeeds) {
    outbox_.push(waiting(1));
    outbox_.push(waiting(2));
    EXPECT_EQ(outbox_.size().at_risk, 2);
    EXPECT_TRUE(outbox_.keep());
    EXPECT_EQ(outbox_.size().at_risk, 0);
    EXPECT_EQ(outbox_.size().ticks, 2);
    ASSERT_EQ(kept_ticks(), (std::vector{tick(1), tick(2)}));
    const TickWrite back = decode_tick_write(kept("other").get(tick(2)).value());
    EXPECT_EQ(back.previous_tick, tick(1));
    EXPECT_EQ(back.players, waiting(2)->write.players);
}

TEST_F(OutboxTest, LetsBeSeenOnlyWhatIsKept) {
    EXPECT_FALSE(outbox_.newest_kept().has_value());
    outbox_.push(waiting(1));
    ASSERT_TRUE(outbox_.keep());
    ASSERT_TRUE(outbox_.newest_kept().has_value());
    EXPECT_EQ(outbox_.newest_kept()->tick, tick(1));
    EXPECT_EQ(outbox_.newest_kept()->text, waiting(1)->write.state_text);
    outbox_.push(waiting(2));
    EXPECT_FALSE(outbox_.newest_kept().has_value());
    ASSERT_TRUE(outbox_.keep());
    EXPECT_EQ(outbox_.newest_kept()->tick, tick(2));
}

TEST_F(OutboxTest, TakesFromRedisWhatIsStored) {
    outbox_.push(waiting(1));
    outbox_.push(waiting(2));
    ASSERT_TRUE(outbox_.keep());
    (void)outbox_.front();
    outbox_.pop();
    EXPECT_EQ(kept_ticks(), std::vector{tick(2)});
}

TEST_F(OutboxTest, TakesItFromRedisLaterWhenRedisWasAway) {
    outbox_.push(waiting(1));
    outbox_.push(waiting(2));
    ASSERT_TRUE(outbox_.keep());
    server_.freeze();
    (void)outbox_.front();
    outbox_.pop();
    server_.thaw();
    ASSERT_TRUE(watchtower::test::eventually(std::chrono::seconds(10), [this] {
        return redis_.command({"PING"}).text() == "PONG";  // the client does not try again at once
    }));
    (void)outbox_.front();
    outbox_.pop();
    EXPECT_TRUE(kept_ticks().empty());
}

TEST_F(OutboxTest, IsKeptByTheOwnerOnly) {
    own("somebody else");
    outbox_.push(waiting(1));
    EXPECT_FALSE(outbox_.keep());
    EXPECT_EQ(outbox_.size().at_risk, 1);
    EXPECT_TRUE(kept_ticks().empty());
    own("me");
    EXPECT_TRUE(outbox_.keep());
    EXPECT_EQ(kept_ticks(), std::vector{tick(1)});
}

TEST_F(OutboxTest, HoldsOnWithoutRedis) {
    outbox_.push(waiting(1));
    server_.kill();
    EXPECT_FALSE(outbox_.keep());
    EXPECT_EQ(outbox_.size().at_risk, 1);
    EXPECT_EQ(outbox_.front()->write.state().tick, tick(1));
}

TEST_F(OutboxTest, FoldsTheOldestWhenItIsFull) {
    OutboxLimit limit(bytes_of(waiting(1)->write) * 7 / 2);
    Outbox outbox(kept(), limit);
    std::size_t folded = 0;
    for (int i = 1; i <= 5; ++i) {
        outbox.push(waiting(i));
        folded += outbox.make_room().folded;
    }
    EXPECT_GT(folded, 0);
    EXPECT_FALSE(limit.exceeded());
    const auto oldest = outbox.front();
    EXPECT_EQ(oldest->write.previous_tick, tick(0));
    EXPECT_EQ(oldest->write.states.front().tick, tick(1));
    EXPECT_NE(oldest->write.players.find("p1\t"), std::string::npos);
}

TEST_F(OutboxTest, KeepsEveryPlayerAndTheNewestStateHoweverFullItIs) {
    OutboxLimit limit(1);
    Outbox outbox(kept(), limit);
    for (int i = 1; i <= 4; ++i) {
        outbox.push(waiting(i));
        outbox.make_room();
    }
    const auto all = outbox.front();
    EXPECT_EQ(all->write.previous_tick, tick(0));
    ASSERT_EQ(all->write.states.size(), 1);
    EXPECT_EQ(all->write.state().tick, tick(4));
    EXPECT_EQ(all->write.player_rows, 4);
    outbox.pop();
    EXPECT_EQ(outbox.front(), nullptr);
    limit.add(1);
    EXPECT_FALSE(limit.exceeded()) << "what is gone no longer counts";
}

TEST_F(OutboxTest, LeavesAloneWhatIsBeingStored) {
    OutboxLimit limit(1);
    Outbox outbox(kept(), limit);
    outbox.push(waiting(1));
    const auto in_use = outbox.front();
    outbox.push(waiting(2));
    outbox.push(waiting(3));
    outbox.make_room();
    EXPECT_EQ(in_use->write.state().tick, tick(1));
    EXPECT_EQ(in_use->write.player_rows, 1);
    outbox.pop();
    EXPECT_EQ(outbox.front()->write.previous_tick, tick(1));
    EXPECT_EQ(outbox.front()->write.player_rows, 2);
}

TEST_F(OutboxTest, LeavesAFoldedTickInItsPartsWhileTheyTakeNotMuchMoreRoom) {
    OutboxLimit limit(bytes_of(waiting(1)->write) * 5 / 2);
    Outbox outbox(kept(), limit);
    for (int i = 1; i <= 3; ++i) {
        outbox.push(waiting(i));
        ASSERT_TRUE(outbox.keep());
    }
    ASSERT_EQ(outbox.make_room().folded, 2);
    EXPECT_EQ(outbox.size().at_risk, 0);
    EXPECT_TRUE(outbox.keep());
    EXPECT_EQ(kept_ticks(), (std::vector{tick(1), tick(2), tick(3)}));
    EXPECT_EQ(decode_tick_write(kept().get(tick(3)).value()).previous_tick, tick(2));
    (void)outbox.front();
    outbox.pop();
    EXPECT_TRUE(kept_ticks().empty());
}

TEST_F(OutboxTest, PutsAFoldedTickInThePlaceOfItsPartsWhenTheyTakeMuchMoreRoom) {
    OutboxLimit limit(1);
    Outbox outbox(kept(), limit);
    for (int i = 1; i <= 3; ++i) {
        outbox.push(waiting(i));
        ASSERT_TRUE(outbox.keep());
    }
    const auto room = outbox.make_room();
    ASSERT_EQ(room.folded, 2);
    ASSERT_EQ(room.dropped, 2);
    EXPECT_EQ(outbox.size().at_risk, 1);
    ASSERT_TRUE(outbox.keep());
    ASSERT_EQ(kept_ticks(), std::vector{tick(3)});
    EXPECT_EQ(decode_tick_write(kept().get(tick(3)).value()).previous_tick, tick(0));
    (void)outbox.front();
    outbox.pop();
    EXPECT_TRUE(kept_ticks().empty());
}

TEST_F(OutboxTest, SendsAFoldedTickThatWasNotKeptInParts) {
    OutboxLimit limit(bytes_of(waiting(1)->write) * 5 / 2);
    Outbox outbox(kept(), limit);
    outbox.push(waiting(1));
    outbox.push(waiting(2));
    ASSERT_TRUE(outbox.keep());
    outbox.push(waiting(3));
    ASSERT_EQ(outbox.make_room().folded, 2);
    EXPECT_EQ(outbox.size().at_risk, 3);
    ASSERT_TRUE(outbox.keep());
    EXPECT_EQ(kept_ticks(), std::vector{tick(3)});
}

TEST_F(OutboxTest, TellsOnceWhatBecameOfAWrite) {
    std::string told;
    for (int i = 1; i <= 3; ++i) {
        auto one = waiting(i);
        one->settled.emplace_back([&told, i](bool kept) { told += std::to_string(i) + (kept ? "+" : "-"); });
        outbox_.push(one);
        if (i == 1) {
            ASSERT_TRUE(outbox_.keep());
        }
    }
    EXPECT_EQ(told, "1+");
    (void)outbox_.front();
    outbox_.pop();
    (void)outbox_.front();
    outbox_.pop();
    EXPECT_EQ(told, "1+2+");
    outbox_.clear();
    EXPECT_EQ(told, "1+2+3-");
}

}  // namespace
}  // namespace watchtower::collector
