#include "common/base/backoff.hpp"

#include <gtest/gtest.h>

namespace watchtower {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, WaitsWithinABoundThatDoublesUpToItsMost) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Backoff backoff(milliseconds(100), milliseconds(1000), seed);
        for (const int bound : {100, 200, 400, 800, 1000, 1000}) {
            const auto wait = backoff.next();
            EXPECT_GE(wait, milliseconds(bound / 10));
            EXPECT_LE(wait, milliseconds(bound));
        }
    }
}

TEST(Backoff, StartsAgainAfterASuccess) {
    Backoff backoff(milliseconds(10), milliseconds(10000), 1);
    for (int i = 0; i < 10; ++i) {
        (void)backoff.next();
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), milliseconds(10));
}

TEST(Backoff, DiffersBetweenProcesses) {
    Backoff one(milliseconds(1000), milliseconds(1000000), 1);
    Backoff other(milliseconds(1000), milliseconds(1000000), 2);
    EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace watchtower
