#include "services/api-gateway/rate_limit_table.hpp"

#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;
using Question = RateLimitTable::Question;
using TimePoint = RateLimitTable::TimePoint;

/// The count of all replicas as Redis keeps it.
class Count {
public:
    std::pair<std::int64_t, std::chrono::milliseconds> add(const std::string& caller,
                                                           const Question& question,
                                                           TimePoint now) {
        ++questions;
        auto& [count, ends] = counts_[caller];
        if (now >= ends) {
            count = 0;
            ends = now + question.window;
        }
        count += question.taken + question.uncounted;
        return {count, std::chrono::ceil<std::chrono::milliseconds>(ends - now)};
    }

    int questions = 0;

private:
    std::map<std::string, std::pair<std::int64_t, TimePoint>> counts_;
};

const TimePoint kStart{1000h};

Allowance ask(RateLimitTable& table, Count& count, const std::string& caller, TimePoint now = kStart) {
    const auto taken = table.take(caller, now);
    if (const auto* const allowance = std::get_if<Allowance>(&taken)) {
        return *allowance;
    }
    const auto& question = std::get<Question>(taken);
    const auto [sum, left] = count.add(caller, question, now);
    return table.counted(caller, now, question, sum, left);
}

Allowance ask_alone(RateLimitTable& table, const std::string& caller, TimePoint now = kStart) {
    const auto taken = table.take(caller, now);
    if (const auto* const allowance = std::get_if<Allowance>(&taken)) {
        return *allowance;
    }
    return table.take_alone(caller, now, std::get<Question>(taken));
}

TEST(RateLimitTable, GrantsSoManyInAMinuteAndThenWaitsForTheNext) {
    Count count;
    RateLimitTable table(3, 100);
    for (const int remaining : {2, 1, 0}) {
        const Allowance allowance = ask(table, count, "a", kStart + 10s);
        EXPECT_TRUE(allowance.granted);
        EXPECT_EQ(allowance.remaining, remaining);
        EXPECT_EQ(allowance.reset, 60s);
    }
    const Allowance refused = ask(table, count, "a", kStart + 69s + 1ms);
    EXPECT_FALSE(refused.granted);
    EXPECT_EQ(refused.remaining, 0);
    EXPECT_EQ(refused.reset, 1s) << "never less: clients would come too early";
    EXPECT_TRUE(ask(table, count, "a", kStart + 70s).granted) << "his minute began with his first request";
}

TEST(RateLimitTable, KeepsCallersApart) {
    Count count;
    RateLimitTable table(1, 100);
    EXPECT_TRUE(ask(table, count, "a").granted);
    EXPECT_FALSE(ask(table, count, "a").granted);
    EXPECT_TRUE(ask(table, count, "b").granted);
}

TEST(RateLimitTable, GrantsExactlySoManyOverReplicas) {
    for (const int limit : {1, 5, 100, 127}) {
        Count count;
        RateLimitTable one(limit, 100);
        RateLimitTable other(limit, 100);
        int granted = 0;
        for (int i = 0; i < 2 * limit; ++i) {
            granted += ask(i % 3 == 0 ? one : other, count, "a").granted ? 1 : 0;
        }
        EXPECT_EQ(granted, limit);
    }
}

TEST(RateLimitTable, TakesSeveralAtOnceWhereManyAreLeft) {
    Count count;
    RateLimitTable one(6'000, 100);
    RateLimitTable other(6'000, 100);
    int granted = 0;
    for (int i = 0; i < 12'000; ++i) {
        granted += ask(i % 2 == 0 ? one : other, count, "a").granted ? 1 : 0;
    }
    EXPECT_EQ(granted, 6'000) << "never more, and nothing is left with a replica that is asked";
    EXPECT_LT(count.questions, 1'000);
    EXPECT_LT(std::get<Question>(RateLimitTable(6'000, 100).take("b", kStart)).taken, 2) << "who asks once takes one";
}

TEST(RateLimitTable, CountsAloneWithTheSameNumbers) {
    RateLimitTable table(3, 100);
    for (const int remaining : {2, 1, 0}) {
        EXPECT_EQ(ask_alone(table, "a").remaining, remaining);
    }
    EXPECT_FALSE(ask_alone(table, "a").granted);
    EXPECT_TRUE(ask_alone(table, "a", kStart + 60s).granted);
}

TEST(RateLimitTable, AddsWhatItCountedAloneWhenItCanAskAgain) {
    Count count;
    RateLimitTable one(10, 100);
    RateLimitTable other(10, 100);
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(ask_alone(one, "a").granted);
        EXPECT_TRUE(ask_alone(other, "a").granted);
    }
    EXPECT_EQ(ask(one, count, "a", kStart + 30s).reset, 30s) << "the minute goes on";
    EXPECT_TRUE(ask(other, count, "a", kStart + 30s).granted);
    EXPECT_FALSE(ask(other, count, "a", kStart + 30s).granted) << "10 were made";
    EXPECT_FALSE(ask(one, count, "a", kStart + 30s).granted);
}

TEST(RateLimitTable, DoesNotCountTwiceWhatCouldNotBeAdded) {
    Count count;
    RateLimitTable table(10, 100);
    EXPECT_TRUE(ask_alone(table, "a").granted);
    for (int i = 0; i < 3; ++i) {
        const auto question = std::get<Question>(table.take("a", kStart));
        EXPECT_EQ(question.uncounted, 1 + i);
        EXPECT_TRUE(table.take_alone("a", kStart, question).granted);
    }
    EXPECT_EQ(ask(table, count, "a").remaining, 5);
}

TEST(RateLimitTable, UsesUpWhatItTookWhenItIsAlone) {
    Count count;
    RateLimitTable table(1'000, 100);
    ask(table, count, "a");
    ask(table, count, "a");
    int granted = 2;
    while (ask_alone(table, "a").granted) {
        ++granted;
    }
    EXPECT_EQ(granted, 1'000);
}

TEST(RateLimitTable, ForgetsWhoAskedTheLongestAgo) {
    constexpr std::size_t kCapacity = 160;
    RateLimitTable table(1, kCapacity);
    EXPECT_TRUE(ask_alone(table, "first").granted);
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(ask_alone(table, "address:" + std::to_string(i)).granted);
        EXPECT_FALSE(ask_alone(table, "first").granted) << "who keeps asking is not forgotten";
    }
    EXPECT_LE(table.size(), kCapacity);
    EXPECT_TRUE(ask_alone(table, "address:0").granted) << "forgotten";
    EXPECT_FALSE(ask_alone(table, "address:9999").granted);
}

}  // namespace
}  // namespace watchtower::gateway
