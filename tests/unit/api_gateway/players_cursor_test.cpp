#include "services/api-gateway/players_cursor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"

namespace watchtower::gateway {
namespace {

using testing::HasSubstr;

PlayersQuestion question(PlayerSort sort = PlayerSort::gold, SortOrder order = SortOrder::descending) {
    PlayersQuestion question;
    question.world = "default";
    question.sort = sort;
    question.order = order;
    return question;
}

std::string complaint_about(const std::string& cursor, const PlayersQuestion& question) {
    try {
        (void)parse_cursor(cursor, question);
    } catch (const BadInput& error) {
        return error.what();
    }
    return "accepted";
}

TEST(PlayersCursor, CarriesAnyPlace) {
    for (const PlayerPlace& place : {PlayerPlace{"12", "player1"},
                                     PlayerPlace{"0.000001", "a|b|c"},
                                     PlayerPlace{"123456789012345678901234.5", "-"},
                                     PlayerPlace{std::nullopt, "\xF0\x9F\x8F\x95"},
                                     PlayerPlace{std::nullopt, ""}}) {
        const std::string cursor = encode_cursor(question(), place);
        EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
        EXPECT_EQ(parse_cursor(cursor, question()), place);
    }
    const PlayerPlace most{"9223372036854775807", "x"};
    EXPECT_EQ(parse_cursor(encode_cursor(question(PlayerSort::actions), most), question(PlayerSort::actions)), most);
}

TEST(PlayersCursor, IsGoodForItsOwnListOnly) {
    const std::string cursor = encode_cursor(question(), {"12", "player1"});
    EXPECT_EQ(complaint_about(cursor, question()), "accepted");
    auto other_limit = question();
    other_limit.limit = 7;
    EXPECT_EQ(complaint_about(cursor, other_limit), "accepted");
    EXPECT_THAT(complaint_about(cursor, question(PlayerSort::spice)),
                HasSubstr("query parameter cursor: is of another"));
    EXPECT_THAT(complaint_about(cursor, question(PlayerSort::gold, SortOrder::ascending)), HasSubstr("another list"));
    auto other_world = question();
    other_world.world = "other";
    EXPECT_THAT(complaint_about(cursor, other_world), HasSubstr("another list"));
}

TEST(PlayersCursor, RefusesWhatTheDatabaseWouldNotTake) {
    const auto with = [](const std::string& value, const std::string& id, PlayerSort sort) {
        return complaint_about(encode_cursor(question(sort), {value, id}), question(sort));
    };
    EXPECT_EQ(with("-3.5", "x", PlayerSort::gold), "accepted");
    for (const char* value : {"", ".", "1.", ".5", "1e5", "NaN", "1 ", "--1", "0x1"}) {
        EXPECT_THAT(with(value, "x", PlayerSort::gold), HasSubstr("cursor")) << value;
    }
    for (const char* value : {"", "1.5", "9223372036854775808", "+1", "1x", "99999999999999999999"}) {
        EXPECT_THAT(with(value, "x", PlayerSort::actions), HasSubstr("cursor")) << value;
    }
    EXPECT_THAT(with("1", "\xFF", PlayerSort::actions), HasSubstr("cursor"));
    EXPECT_THAT(with("1", std::string("a\0b", 3), PlayerSort::actions), HasSubstr("cursor"));
}

TEST(PlayersCursor, RefusesWhatWasNotGiven) {
    const std::string good = encode_cursor(question(), {"12", "player1"});
    for (const std::string& cursor : {std::string("x"),
                                      good.substr(1),
                                      good.substr(0, 30),
                                      good + "=",
                                      good + "A",
                                      std::string("MQ"),
                                      std::string(512, 'A')}) {
        EXPECT_NE(complaint_about(cursor, question()), "accepted") << cursor;
    }
}

}  // namespace
}  // namespace watchtower::gateway
