#include "common/crypto/sha256.hpp"

#include <gtest/gtest.h>

namespace watchtower::crypto {
namespace {

TEST(Sha256, IsThatOfTheStandard) {
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsEqualInAllBytesOnly) {
    const Sha256 one = sha256("one");
    EXPECT_TRUE(equal_in_constant_time(one, sha256("one")));
    for (std::size_t i = 0; i < one.size(); ++i) {
        Sha256 other = one;
        other.at(i) ^= 1U;
        EXPECT_FALSE(equal_in_constant_time(one, other)) << i;
    }
}

}  // namespace
}  // namespace watchtower::crypto
