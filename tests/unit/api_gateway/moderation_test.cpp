#include "services/api-gateway/routes/moderation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/error.hpp"
#include "services/api-gateway/suspects.hpp"
#include "tests/unit/api_gateway/gateway.hpp"

namespace watchtower::gateway {
namespace {

using test::Gateway;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kList = "/api/v1/moderation/suspects";
constexpr const char* kReview = "POST /api/v1/moderation/suspects/player1";
constexpr const char* kKey = "X-API-Key: key";

class ModerationRoutes : public testing::Test {
protected:
    ModerationRoutes() { gateway_.show(test::hostile_state()); }

    Gateway gateway_{{.keys = {"key"}}};
};

TEST_F(ModerationRoutes, AreForThoseWithAKeyOnly) {
    EXPECT_EQ(gateway_.get(kList).status, 401);
    EXPECT_EQ(gateway_.get("/api/moderation/suspects").status, 401);
    EXPECT_EQ(gateway_.ask(kReview, {}, R"({"decision":"confirmed"})").status, 401);
    Gateway without_keys;
    without_keys.show(test::hostile_state());
    EXPECT_EQ(without_keys.get(kList).status, 403);
    Gateway open({.policy = KeyPolicy::none});
    open.show(test::hostile_state());
    EXPECT_EQ(open.get(kList).status, 503) << "nobody is asked who they are, and there is no database here";
    EXPECT_EQ(open.ask(kReview, {}, R"({"decision":"confirmed"})").status, 503);
}

TEST_F(ModerationRoutes, AnswerThatTheyCannotWithoutADatabase) {
    for (const auto& seen :
         {gateway_.get(kList, {kKey}), gateway_.ask(kReview, {kKey}, R"({"decision":"confirmed"})")}) {
        EXPECT_EQ(seen.status, 503);
        EXPECT_NE(seen.header("Retry-After"), "");
        EXPECT_THAT(seen.body, Not(HasSubstr("127.0.0.1"))) << "nothing of the inside";
    }
}

TEST_F(ModerationRoutes, NameTheFieldThatIsWrong) {
    for (const auto& [body, field] : {std::pair(R"()", "body"),
                                      {R"(decision=confirmed)", "body"},
                                      {R"([])", "body"},
                                      {R"({})", "body.decision"},
                                      {R"({"decision":"perhaps"})", "body.decision"},
                                      {R"({"decision":1})", "body.decision"},
                                      {R"({"decision":"confirmed","kind":"charm"})", "body.kind"},
                                      {R"({"decision":"confirmed","note":7})", "body.note"},
                                      {R"({"decision":"confirmed","note":"\u0000"})", "body.note"}}) {
        const auto seen = gateway_.ask(kReview, {kKey}, body);
        EXPECT_EQ(seen.status, 400) << body;
        EXPECT_THAT(seen.body, HasSubstr(std::string(R"("detail":")") + field)) << body;
    }
    const auto longer = R"({"decision":"confirmed","note":")" + std::string(2'001, 'n') + R"("})";
    EXPECT_THAT(gateway_.ask(kReview, {kKey}, longer).body, HasSubstr("body.note: longer than 2000 bytes"));
    EXPECT_EQ(gateway_.get(std::string(kList) + "?state=guilty", {kKey}).status, 400);
    EXPECT_EQ(gateway_.get(std::string(kList) + "?world=elsewhere", {kKey}).status, 404);
}

TEST(SuspectsCursor, IsTakenBackByItsOwnListOnly) {
    SuspectsQuestion question;
    question.world = "default";
    question.kind = proto::SuspectKind::gold;
    const SuspectPlace place{"3.5", "gold", "p|l\xC3\xA4yer"};
    const std::string cursor = encode_cursor(question, place);
    EXPECT_EQ(parse_cursor(cursor, question), place);
    EXPECT_THROW((void)parse_cursor(cursor + "A", question), BadInput);
    question.kind.reset();
    EXPECT_THROW((void)parse_cursor(cursor, question), BadInput);
    for (const SuspectPlace& wrong :
         {SuspectPlace{"", "gold", "a"}, {"nan", "gold", "a"}, {"1;drop", "gold", "a"}, {"1", "gold", "\xFF"}}) {
        EXPECT_THROW((void)parse_cursor(encode_cursor(question, wrong), question), BadInput) << wrong.score;
    }
}

}  // namespace
}  // namespace watchtower::gateway
