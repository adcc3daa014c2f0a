#include "common/redis/reply.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::redis {
namespace {

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Unavailable& error) {
        return std::string("unavailable: ") + error.what();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(RedisReply, GivesWhatItHolds) {
    EXPECT_TRUE(Reply().is_nil());
    EXPECT_EQ(Reply().optional_text(), std::nullopt);
    EXPECT_EQ(Reply::of_integer(-3).integer(), -3);
    EXPECT_EQ(Reply::of_text("a").text(), "a");
    EXPECT_EQ(Reply::of_text("a").optional_text(), "a");
    const Reply list = Reply::of_array({Reply::of_integer(1), Reply()});
    EXPECT_EQ(list.array().size(), 2U);
    EXPECT_EQ(list.at(0).integer(), 1);
}

TEST(RedisReply, NamesWhatWasExpectedAndWhatCame) {
    EXPECT_EQ(error_of([] { (void)Reply().text(); }), "redis reply: expected a text, got nil");
    EXPECT_EQ(error_of([] { (void)Reply::of_text("1").integer(); }), "redis reply: expected an integer, got a text");
    EXPECT_EQ(error_of([] { (void)Reply::of_integer(1).array(); }), "redis reply: expected an array, got an integer");
    EXPECT_EQ(error_of([] { (void)Reply::of_array({}).optional_text(); }),
              "redis reply: expected a text, got an array");
    EXPECT_EQ(error_of([] { (void)Reply::of_array({}).at(0); }), "redis reply: expected more than 0 elements, got 0");
}

TEST(RedisReply, ThrowsTheErrorItHolds) {
    EXPECT_EQ(error_of([] { (void)Reply::of_error("ERR no").integer(); }), "redis reply: ERR no");
    EXPECT_EQ(error_of([] { (void)Reply::of_error("OOM full").text(); }), "unavailable: redis reply: OOM full");
    EXPECT_TRUE(Reply::of_error("BUSYGROUP exists").is_error("BUSYGROUP"));
    EXPECT_FALSE(Reply::of_error("BUSYGROUP exists").is_error("BUSY"));
}

TEST(RedisReply, FindsAnErrorAtAnyDepth) {
    const Reply reply = Reply::of_array({Reply::of_integer(1), Reply::of_array({Reply(), Reply::of_error("ERR x")})});
    ASSERT_NE(reply.first_error(), nullptr);
    EXPECT_EQ(reply.first_error()->error_text(), "ERR x");
    EXPECT_EQ(Reply::of_array({Reply()}).first_error(), nullptr);
}

}  // namespace
}  // namespace watchtower::redis
