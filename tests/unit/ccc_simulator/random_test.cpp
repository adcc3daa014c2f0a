#include "services/ccc-simulator/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace watchtower::simulator {
namespace {

TEST(Random, IsTheSequenceOfSplitmix64) {
    Random random(1234567);
    EXPECT_EQ(random.next(), 6457827717110365317ULL);
    EXPECT_EQ(random.next(), 3203168211198807973ULL);
}

TEST(Random, StaysInItsBounds) {
    Random random(1);
    bool least = false;
    bool most = false;
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t number = random.between(-2, 3);
        ASSERT_GE(number, -2);
        ASSERT_LE(number, 3);
        least = least || number == -2;
        most = most || number == 3;
    }
    EXPECT_TRUE(least && most);
}

TEST(Random, DrawsPoissonNumbersOfTheRightMean) {
    Random random(1);
    for (const double mean : {0.0, 0.3, 5.0, 29.0, 200.0}) {
        double sum = 0;
        constexpr int kDraws = 20'000;
        for (int i = 0; i < kDraws; ++i) {
            sum += random.poisson(mean);
        }
        EXPECT_NEAR(sum / kDraws, mean, 5 * std::sqrt(mean / kDraws) + 0.01 * mean) << mean;
    }
}

}  // namespace
}  // namespace watchtower::simulator
