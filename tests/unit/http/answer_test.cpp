#include "common/http/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto-json/problem.hpp"

namespace watchtower::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Envelope kEnvelope{"watchtower", "id-1", false, false};

TEST(Answer, HasAHeadOfItsOwnAndSharesTheBody) {
    const auto body = std::make_shared<const std::string>("hello");
    const auto answer = to_answer(Reply::shared(body, "text/plain"), kEnvelope);
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(answer.head, HasSubstr("\r\nServer: watchtower\r\n"));
    EXPECT_THAT(answer.head, HasSubstr("\r\nX-Request-Id: id-1\r\n"));
    EXPECT_THAT(answer.head, HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_THAT(answer.head, Not(HasSubstr("Connection")));
    EXPECT_TRUE(answer.head.ends_with("Content-Type: text/plain\r\n\r\n"));
    EXPECT_EQ(answer.body.get(), body.get());
}

TEST(Answer, NeverLetsATextAddAHeader) {
    auto reply = Reply::text("");
    reply.with("Location", std::string("/a\r\nSet-Cookie: x\r\n\r\n<html>\0\x7F\tb", 31));
    reply.with("X-Odd\r\nX-Other", "1");
    const auto head = to_answer(reply, kEnvelope).head;
    EXPECT_THAT(head, HasSubstr("\r\nLocation: /aSet-Cookie: x<html>\tb\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nX-OddX-Other: 1\r\n"));
}

TEST(Answer, DropsAHandlersOwnFraming) {
    auto reply = Reply::text("abc");
    reply.with("content-length", "99").with("Transfer-Encoding", "chunked").with("CONNECTION", "upgrade");
    const auto head = to_answer(reply, kEnvelope).head;
    EXPECT_THAT(head, Not(HasSubstr("99")));
    EXPECT_THAT(head, Not(HasSubstr("chunked")));
    EXPECT_THAT(head, Not(HasSubstr("upgrade")));
}

TEST(Answer, LeavesTheBodyOutForHeadButTellsItsLength) {
    auto envelope = kEnvelope;
    envelope.without_body = true;
    const auto answer = to_answer(Reply::text("hello"), envelope);
    EXPECT_THAT(answer.head, HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_EQ(answer.body, nullptr);
}

TEST(Answer, HasNeitherBodyNorLengthWith204And304) {
    for (const int status : {204, 304}) {
        auto reply = Reply::text("hello");
        reply.status = status;
        const auto answer = to_answer(reply, kEnvelope);
        EXPECT_THAT(answer.head, Not(HasSubstr("Content-"))) << status;
        EXPECT_EQ(answer.body, nullptr);
    }
}

TEST(Answer, TurnsAnImpossibleStatusInto500) {
    auto reply = Reply::text("");
    for (const int status : {0, 100, 101, 199, 600, -1}) {
        reply.status = status;
        EXPECT_THAT(to_answer(reply, kEnvelope).head, StartsWith("HTTP/1.1 500 "));
    }
}

TEST(Problem, TellsWhatIsWrongInJson) {
    const auto reply = problem_reply(404, "no \"such\" player", "id-1", {{"X-A", "b"}});
    const auto problem = proto::decode_problem(*reply.body);
    EXPECT_EQ(problem, (proto::Problem{"about:blank", "Not Found", 404, "no \"such\" player", "id-1"}));
    EXPECT_EQ(reply.headers.front(), Pair("Content-Type", "application/problem+json"));
    EXPECT_EQ(reply.headers.back(), Pair("X-A", "b"));
}

TEST(Problem, AlwaysTellsWhenToTryAgainAfter503) {
    EXPECT_EQ(problem_reply(503, "", "").headers.back(), Pair("Retry-After", "5"));
    EXPECT_EQ(problem_reply(503, "", "", {{"retry-after", "60"}}).headers.back(), Pair("retry-after", "60"));
}

TEST(Etag, IsComparedWeaklyAgainstLists) {
    EXPECT_TRUE(etag_matches(R"("a")", R"("a")"));
    EXPECT_TRUE(etag_matches(R"(W/"a")", R"("a")"));
    EXPECT_TRUE(etag_matches(R"("x", "y" ,W/"a")", R"(W/"a")"));
    EXPECT_TRUE(etag_matches(R"("x,y", "a")", R"("a")"));
    EXPECT_TRUE(etag_matches("*", R"("a")"));
    EXPECT_TRUE(etag_matches(" , * ", R"("a")"));
    for (const char* const other : {"", ",", "a", R"("ab")", R"("x, "a)", R"("A")", R"(")", R"(W/a)"}) {
        EXPECT_FALSE(etag_matches(other, R"("a")")) << other;
    }
}

TEST(Etag, TurnsOnlyAReadsSuccessIntoNotModified) {
    Request request;
    request.headers = {{"if-none-match", "\"a\""}};
    const auto status_after = [&request](Method method, int status, const std::string& etag) {
        request.method = method;
        auto reply = Reply::text("x");
        reply.status = status;
        reply.with("etag", etag);
        apply_conditions(request, reply);
        return reply.status;
    };
    EXPECT_EQ(status_after(Method::get, 200, "\"a\""), 304);
    EXPECT_EQ(status_after(Method::head, 200, "\"a\""), 304);
    EXPECT_EQ(status_after(Method::get, 200, "\"b\""), 200);
    EXPECT_EQ(status_after(Method::post, 200, "\"a\""), 200);
    EXPECT_EQ(status_after(Method::get, 404, "\"a\""), 404);
}

TEST(Date, IsAnHttpDate) {
    EXPECT_THAT(http_date_now(),
                testing::MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                                      "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
}

}  // namespace
}  // namespace watchtower::http
