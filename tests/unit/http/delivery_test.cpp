#include "common/http/delivery.hpp"

#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

using namespace std::chrono_literals;

Answer answer_with(const Delivery& delivery) {
    return {"head", std::make_shared<const std::string>(100, 'b'), false, delivery};
}

TEST(Delivery, IsWholeAtOnceUnlessToldOtherwise) {
    EXPECT_EQ(sendable_bytes(answer_with({}), 0s), 104U);
    EXPECT_FALSE(ends_early(answer_with({}), 104, 0s));
    EXPECT_EQ(sendable_bytes({"head", nullptr, false, {}}, 0s), 4U);
}

TEST(Delivery, WaitsForItsDelay) {
    Delivery delivery;
    delivery.delay = 2s;
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 1999ms), 0U);
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 2s), 104U);
}

TEST(Delivery, DripsTheBodyAfterTheHead) {
    Delivery delivery;
    delivery.delay = 1s;
    delivery.body_bytes_per_second = 10;
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 1s), 4U);
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 3s), 24U);
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 1h), 104U);
}

TEST(Delivery, EndsInTheMiddle) {
    Delivery delivery;
    delivery.body_bytes = 30;
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 0s), 34U);
    EXPECT_FALSE(ends_early(answer_with(delivery), 33, 0s));
    EXPECT_TRUE(ends_early(answer_with(delivery), 34, 0s));
}

TEST(Delivery, EndsWithoutAnAnswer) {
    Delivery delivery;
    delivery.delay = 1s;
    delivery.silent = true;
    EXPECT_EQ(sendable_bytes(answer_with(delivery), 1h), 0U);
    EXPECT_FALSE(ends_early(answer_with(delivery), 0, 999ms));
    EXPECT_TRUE(ends_early(answer_with(delivery), 0, 1s));
}

}  // namespace
}  // namespace watchtower::http
