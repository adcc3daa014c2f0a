#include "services/collector/owners/holdings.hpp"

#include <string>

#include <gtest/gtest.h>

#include "services/collector/owners/owners.hpp"

namespace watchtower::collector {
namespace {

using namespace std::chrono_literals;
using Time = Holdings::Time;

constexpr Milliseconds kLease{1'000};
constexpr Milliseconds kRound{250};

/// Four worlds, and time that passes round by round.
class HoldingsTest : public testing::Test {
protected:
    /// `places` as Redis's script writes them: "mof-".
    void redis_says(const std::string& places) {
        begin();
        std::vector<Leases::Place> all;
        for (const char c : places) {
            all.push_back(static_cast<Leases::Place>(c));
        }
        holdings_.by_redis(now_, now_, all);
    }

    /// For each world: 'm' the lock is mine, 'o' another's, 'l' somebody announces a lease, '-' none of these.
    void postgres_says(const std::string& locks) {
        begin();
        LockView view{.answered = true, .asked = now_, .worlds = {}};
        for (const char c : locks) {
            view.worlds.push_back({.mine = c == 'm', .others = c == 'o', .leased = c == 'l'});
        }
        holdings_.without_redis(now_, view);
    }

    void nobody_answers() {
        begin();
        holdings_.without_redis(now_, {});
    }

    [[nodiscard]] std::string held() const { return text(holdings_.held()); }
    [[nodiscard]] std::string tried() const { return text(holdings_.locks().own); }
    [[nodiscard]] std::string announced() const { return text(holdings_.locks().announce); }
    [[nodiscard]] std::string wishes() const {
        std::string text;
        for (const auto wish : holdings_.wishes(now_)) {
            text += static_cast<char>(wish);
        }
        return text;
    }

    void wait(Milliseconds time) { now_ += time; }

    Time now_{std::chrono::hours(1)};
    Holdings holdings_{4, kLease, now_};

private:
    void begin() {
        now_ += kRound;
        holdings_.begin_round(now_);
    }

    static std::string text(const std::vector<bool>& flags) {
        std::string text;
        for (const bool flag : flags) {
            text += flag ? '1' : '0';
        }
        return text;
    }
};

TEST_F(HoldingsTest, HoldWhatRedisSaysUntilTheLeaseEnds) {
    EXPECT_EQ(held(), "0000");
    EXPECT_TRUE(holdings_.is_fresh());
    redis_says("mofw");
    EXPECT_EQ(held(), "1001");
    EXPECT_EQ(announced(), "1001");
    EXPECT_EQ(tried(), "0000");
    EXPECT_EQ(wishes(), "k--k");
    EXPECT_EQ(holdings_.deadline(), now_ + kLease);
    EXPECT_EQ(holdings_.means(), Means::redis);
    EXPECT_FALSE(holdings_.is_fresh());
    redis_says("oooo");
    EXPECT_EQ(held(), "0000");
}

TEST_F(HoldingsTest, NeedAWorldThatIsFreeForALease) {
    redis_says("mfff");
    for (int round = 0; round < 4; ++round) {
        EXPECT_EQ(wishes(), "k---");
        redis_says("mffo");
    }
    redis_says("moff");
    EXPECT_EQ(wishes(), "k-n-");
}

TEST_F(HoldingsTest, KeepWhatTheyHeldWhenNobodyAnswers) {
    redis_says("mmoo");
    for (int round = 0; round < 50; ++round) {
        nobody_answers();
        ASSERT_EQ(held(), "1100");
        ASSERT_EQ(holdings_.deadline(), now_ + kLease);
        ASSERT_EQ(holdings_.means(), Means::neither);
    }
    EXPECT_EQ(tried(), "1100");
    EXPECT_EQ(announced(), "0000");
}

TEST_F(HoldingsTest, LoseWhatAnotherHasLockedOrAnnounced) {
    redis_says("mmmo");
    nobody_answers();
    postgres_says("mol-");
    EXPECT_EQ(held(), "1000");
    EXPECT_EQ(tried(), "1000");
    postgres_says("m---");
    EXPECT_EQ(held(), "1000");
    EXPECT_EQ(holdings_.means(), Means::postgres);
}

TEST_F(HoldingsTest, KeepAWorldWhoseLockIsNotYetAskedFor) {
    redis_says("moof");
    postgres_says("----");
    EXPECT_EQ(held(), "1000");
}

TEST_F(HoldingsTest, IgnoreWhatPostgresSaidBeforeRedisWent) {
    const LockView old{.answered = true, .asked = now_, .worlds = std::vector<LockView::World>(4, {.others = true})};
    redis_says("mmmm");
    holdings_.without_redis(now_ + kRound, old);
    EXPECT_EQ(held(), "1111");
    EXPECT_EQ(holdings_.means(), Means::neither);
}

TEST_F(HoldingsTest, TakeOthersWorldsByLocksOnlyAfterAWhileAndInParts) {
    redis_says("mooo");
    const Time away = now_ + kRound;
    postgres_says("m-o-");
    while (tried() == "1000") {
        postgres_says("m-o-");
        ASSERT_LT(now_, away + 10s);
    }
    EXPECT_GE(now_, away + 2 * kLease + Leases::kSettling);
    EXPECT_EQ(tried(), "1100");
    EXPECT_EQ(held(), "1000");
    postgres_says("mmo-");
    EXPECT_EQ(held(), "1100");
    EXPECT_EQ(tried(), "1101");
    postgres_says("mm-o");
    EXPECT_EQ(held(), "1100");
}

TEST_F(HoldingsTest, CountThatWhileFromWhenPostgresAnswers) {
    redis_says("mooo");
    for (int round = 0; round < 40; ++round) {
        nobody_answers();
    }
    postgres_says("m---");
    postgres_says("m---");
    EXPECT_EQ(tried(), "1000");
}

TEST_F(HoldingsTest, HoldNothingAfterTheProcessWasFrozenUntilSomebodyConfirmsIt) {
    redis_says("mmmo");
    nobody_answers();
    wait(Holdings::kFrozen + 1ms);
    nobody_answers();
    EXPECT_EQ(held(), "0000");
    postgres_says("mo--");
    EXPECT_EQ(held(), "1000");

    wait(1min);
    redis_says("omfo");
    EXPECT_EQ(held(), "0100");
}

TEST_F(HoldingsTest, AreFreshAgainWhenFrozenWhileRedisWasThere) {
    redis_says("mmmm");
    wait(1min);
    holdings_.begin_round(now_);
    EXPECT_EQ(wishes(), "----");
    EXPECT_TRUE(holdings_.is_fresh());
    nobody_answers();
    EXPECT_FALSE(holdings_.is_fresh()) << "Redis may come back empty, and others have a past";
}

TEST_F(HoldingsTest, ShunAWorldForTwoLeases) {
    redis_says("mmoo");
    nobody_answers();
    holdings_.shun(0, now_);
    EXPECT_EQ(held(), "0100");
    EXPECT_EQ(tried(), "0100");
    EXPECT_EQ(wishes(), "sk--");
    wait(2 * kLease);
    EXPECT_EQ(wishes(), "-k--");
}

TEST_F(HoldingsTest, HoldByRedisWhatTheyShunned) {
    redis_says("mmoo");
    nobody_answers();
    holdings_.shun(0, now_);
    redis_says("mmoo");
    EXPECT_EQ(held(), "1100");
}

TEST(LeaseFor, FitsTheInterval) {
    EXPECT_EQ(lease_for(60s), 10s);
    EXPECT_EQ(lease_for(3s), 1s);
    EXPECT_EQ(lease_for(100ms), 300ms);
}

TEST(NewCollectorId, IsDifferentEachTime) {
    EXPECT_NE(new_collector_id(), new_collector_id());
}

}  // namespace
}  // namespace watchtower::collector
