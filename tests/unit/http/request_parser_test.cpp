#include "common/http/request_parser.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace watchtower::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string request(const std::string& line, const std::string& headers = "", const std::string& body = "") {
    return line + "\r\nHost: a\r\n" + headers + "\r\n" + body;
}

ParserLimits small_limits() {
    ParserLimits limits;
    limits.head_bytes = 1024;
    limits.target_bytes = 256;
    limits.headers = 10;
    limits.body_bytes = 100;
    return limits;
}

/// All that comes of the bytes, fed in pieces of these sizes (the last one repeated): one text for each request, and
/// the status of what ends the connection.
std::string outcome(const std::string& bytes, const std::vector<std::size_t>& pieces) {
    RequestParser parser(small_limits());
    std::string text;
    std::size_t at = 0;
    try {
        for (std::size_t i = 0; at < bytes.size(); ++i) {
            const auto size = std::min(pieces[std::min(i, pieces.size() - 1)], bytes.size() - at);
            parser.feed(std::string_view(bytes).substr(at, size));
            at += size;
            while (const auto parsed = parser.next()) {
                const auto& r = parsed->request;
                text += std::string(to_text(r.method)) + " " + r.target + " " + r.body +
                        (parsed->keep_alive ? " keep;" : " close;");
            }
        }
    } catch (const HttpError& e) {
        return text + std::to_string(e.status());
    }
    return text + (parser.empty() ? "" : "more");
}

std::string outcome(const std::string& bytes) {
    return outcome(bytes, {bytes.size()});
}

struct Case {
    const char* name;
    std::string bytes;
    std::string expected;
};

std::ostream& operator<<(std::ostream& out, const Case& the_case) {
    return out << the_case.name;
}

class Bytes : public testing::TestWithParam<Case> {};

TEST_P(Bytes, AreUnderstood) {
    EXPECT_EQ(outcome(GetParam().bytes), GetParam().expected);
}

TEST_P(Bytes, AreUnderstoodInTheSameWayHoweverTheyAreCut) {
    const auto& [name, bytes, expected] = GetParam();
    EXPECT_EQ(outcome(bytes, {1}), expected) << "byte by byte";
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        ASSERT_EQ(outcome(bytes, {cut, bytes.size()}), expected) << "cut at " << cut;
    }
}

std::string test_name(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

const std::string kGet = request("GET / HTTP/1.1");

INSTANTIATE_TEST_SUITE_P(
    Good,
    Bytes,
    testing::Values(
        Case{"Get", kGet, "GET /  keep;"},
        Case{"Old", "GET / HTTP/1.0\r\n\r\n", "GET /  close;"},
        Case{"OldKeptAlive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET /  keep;"},
        Case{"Close", request("GET / HTTP/1.1", "Connection: close\r\n"), "GET /  close;"},
        Case{"CloseInList", request("GET / HTTP/1.1", "Connection: TE , CLOSE\r\nTE: x\r\n"), "GET /  close;"},
        Case{"CloseWins", request("GET / HTTP/1.1", "Connection: close, keep-alive\r\n"), "GET /  close;"},
        Case{"Upgrade", request("GET / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: h2c\r\n"), "GET /  keep;"},
        Case{"Pipelined", kGet + request("HEAD /b HTTP/1.1") + kGet, "GET /  keep;HEAD /b  keep;GET /  keep;"},
        Case{"Body",
             request("POST /p HTTP/1.1", "Content-Length: 3\r\n", "abc") + kGet,
             "POST /p abc keep;GET /  keep;"},
        Case{"BodyLikeARequest",
             request("POST /p HTTP/1.1", "Content-Length: 18\r\n", "GET / HTTP/1.1\r\n\r\n"),
             "POST /p GET / HTTP/1.1\r\n\r\n keep;"},
        Case{"EmptyBody", request("POST /p HTTP/1.1", "Content-Length: 0\r\n"), "POST /p  keep;"},
        Case{"NoBody", request("POST /p HTTP/1.1"), "POST /p  keep;"},
        Case{"EmptyLineFirst", "\r\n" + kGet + "\r\n" + kGet, "GET /  keep;GET /  keep;"},
        Case{"Absolute", request("GET http://a.b:80/x?y=1 HTTP/1.1"), "GET /x?y=1  keep;"},
        Case{"AbsoluteWithoutPath", request("GET HTTP://a HTTP/1.1"), "GET /  keep;"},
        Case{"AbsoluteWithQueryAlone", request("GET http://a?y=1 HTTP/1.1"), "GET /?y=1  keep;"},
        Case{"LaterMinorVersion", request("GET / HTTP/1.2"), "GET /  keep;"},
        Case{"OptionsStar", request("OPTIONS * HTTP/1.1"), "OPTIONS *  keep;"},
        Case{"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET /  keep;"},
        Case{"HostWithPort", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET /  keep;"},
        Case{"OddButValidHeaders",
             request("GET / HTTP/1.1", "Cookie: a\r\nAccept: *\r\nCache-Control: x=5\r\nX!~: \xC3\xA9\xFF\r\n"),
             "GET /  keep;"},
        Case{"PartOfALine", "GET / HT", "more"},
        Case{"PartOfAHead", "GET / HTTP/1.1\r\nHost: a\r\n", "more"},
        Case{"PartOfABody", request("POST / HTTP/1.1", "Content-Length: 3\r\n", "ab"), "more"}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Malformed,
    Bytes,
    testing::Values(
        Case{"Garbage", "hello\r\n\r\n", "400"},
        Case{"EmptyLines", "\r\n\r\n" + kGet, "400"},
        Case{"TlsHello", std::string("\x16\x03\x01\x02", 4), "400"},
        Case{"BareLf", "GET / HTTP/1.1\nHost: a\n\n", "400"},
        Case{"BareCr", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "400"},
        Case{"CrCrLf", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "400"},
        Case{"NulInTarget", std::string("GET /\0 HTTP/1.1\r\n", 17), "400"},
        Case{"NulInValue", "GET / HTTP/1.1\r\nX: " + std::string(1, '\0') + "\r\n", "400"},
        Case{"ControlInValue", request("GET / HTTP/1.1", "X: a\x0B\r\n"), "400"},
        Case{"NoVersion", request("GET /"), "400"},
        Case{"TwoSpaces", request("GET  / HTTP/1.1"), "400"},
        Case{"SpaceInTarget", request("GET /a b HTTP/1.1"), "400"},
        Case{"TabInLine", request("GET\t/ HTTP/1.1"), "400"},
        Case{"SpaceFirst", request(" GET / HTTP/1.1"), "400"},
        Case{"SpaceLast", request("GET / HTTP/1.1 "), "400"},
        Case{"UnknownMethod", request("FOO / HTTP/1.1"), "501"},
        Case{"SmallMethod", request("get / HTTP/1.1"), "501"},
        Case{"Connect", request("CONNECT a:80 HTTP/1.1"), "501"},
        Case{"Http2", request("GET / HTTP/2.0"), "505"},
        Case{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
        Case{"LetterForMinorVersion", request("GET / HTTP/1.x"), "400"},
        Case{"OddVersion", request("GET / HTTP/1.1xyz"), "400"},
        Case{"ShortVersion", request("GET / HTTP/1"), "400"},
        Case{"SmallVersion", request("GET / http/1.1"), "400"},
        Case{"RelativeTarget", request("GET a HTTP/1.1"), "400"},
        Case{"AbsoluteWithoutHost", request("GET http:///x HTTP/1.1"), "400"},
        Case{"AbsoluteWithPortAlone", request("GET http://:80/x HTTP/1.1"), "400"},
        Case{"AbsoluteWithFragment", request("GET http://a#b HTTP/1.1"), "400"},
        Case{"AbsoluteWithUser", request("GET http://a@b/x HTTP/1.1"), "400"},
        Case{"Fragment", request("GET /#a HTTP/1.1"), "400"},
        Case{"StarTarget", request("GET * HTTP/1.1"), "400"},
        Case{"BrokenEscape", request("GET /%zz HTTP/1.1"), "400"},
        Case{"BrokenEscapeInQuery", request("GET /?a=%f HTTP/1.1"), "400"},
        Case{"NotUtf8", request("GET /%ff HTTP/1.1"), "400"},
        Case{"RawNotUtf8", request("GET /\xFF HTTP/1.1"), "400"},
        Case{"NoHost", "GET / HTTP/1.1\r\n\r\n", "400"},
        Case{"TwoHosts", request("GET / HTTP/1.1", "host: b\r\n"), "400"},
        Case{"TwoEqualHosts", request("GET / HTTP/1.1", "Host: a\r\n"), "400"},
        Case{"TwoHostsIn10", request("GET / HTTP/1.0", "Host: a\r\n"), "400"},
        Case{"OddHost", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"},
        Case{"OddPort", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "400"},
        Case{"TwoPorts", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "400"},
        Case{"HalfBracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400"},
        Case{"TextAfterBracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", "400"},
        Case{"NoColon", request("GET / HTTP/1.1", "X\r\n"), "400"},
        Case{"EmptyName", request("GET / HTTP/1.1", ": x\r\n"), "400"},
        Case{"SpaceBeforeColon", request("GET / HTTP/1.1", "X : y\r\n"), "400"},
        Case{"Folded", request("GET / HTTP/1.1", "X: y\r\n z\r\n"), "400"},
        Case{"FoldedFirst", "GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n", "400"},
        Case{"LengthAndChunked",
             request("POST / HTTP/1.1", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
             "400"},
        Case{"ChunkedAndLength",
             request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
             "400"},
        Case{"ChunkedTwice",
             request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
             "400"},
        Case{"ChunkedTwiceInList", request("POST / HTTP/1.1", "Transfer-Encoding: chunked, chunked\r\n"), "501"},
        Case{"GzipChunked", request("POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n"), "501"},
        Case{"OddChunked", request("POST / HTTP/1.1", "Transfer-Encoding: xchunked\r\n"), "501"},
        Case{"QuotedChunked", request("POST / HTTP/1.1", "Transfer-Encoding: \"chunked\"\r\n"), "501"},
        Case{"NoEncoding", request("POST / HTTP/1.1", "Transfer-Encoding:\r\n"), "501"},
        Case{"Identity", request("POST / HTTP/1.1", "Transfer-Encoding: identity\r\n"), "501"},
        Case{"ChunkedIn10", request("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), "400"},
        Case{"TwoLengths", request("POST / HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), "400"},
        Case{"TwoEqualLengths", request("POST / HTTP/1.1", "Content-Length: 1\r\ncontent-length: 1\r\n", "a"), "400"},
        Case{"LengthList", request("POST / HTTP/1.1", "Content-Length: 3, 3\r\n", "abc"), "400"},
        Case{"SignedLength", request("POST / HTTP/1.1", "Content-Length: +3\r\n", "abc"), "400"},
        Case{"NegativeLength", request("POST / HTTP/1.1", "Content-Length: -1\r\n"), "400"},
        Case{"HexLength", request("POST / HTTP/1.1", "Content-Length: 0x3\r\n", "abc"), "400"},
        Case{"EmptyLength", request("POST / HTTP/1.1", "Content-Length:\r\n"), "400"},
        Case{"BodyTooLarge", request("POST / HTTP/1.1", "Content-Length: 101\r\n"), "413"},
        Case{"HugeLength", request("POST / HTTP/1.1", "Content-Length: 99999999999999999999999\r\n"), "413"},
        Case{"UrlTooLong", request("GET /" + std::string(256, 'a') + " HTTP/1.1"), "414"},
        Case{"EndlessUrl", "GET /" + std::string(2000, 'a'), "414"},
        Case{"EndlessHeader", "GET / HTTP/1.1\r\nX: " + std::string(2000, 'a'), "431"},
        Case{"TooManyHeaders",
             request("GET / HTTP/1.1",
                     "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"),
             "431"},
        Case{"OtherExpectation", request("POST / HTTP/1.1", "Expect: a\r\nContent-Length: 1\r\n"), "417"},
        Case{"NothingAfterAnError", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n" + kGet, "501"},
        Case{"ErrorAfterARequest", kGet + "\r\nnonsense\r\n\r\n", "GET /  keep;400"}),
    test_name);

const std::string kChunked = request("POST / HTTP/1.1", "Transfer-Encoding: Chunked\r\n");

INSTANTIATE_TEST_SUITE_P(
    Chunked,
    Bytes,
    testing::Values(
        Case{"Chunks",
             kChunked + "3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n" + kGet,
             "POST / abc0123456789 keep;GET /  keep;"},
        Case{"NoChunk", kChunked + "0\r\n\r\n" + kGet, "POST /  keep;GET /  keep;"},
        Case{"LineEndsAsData", kChunked + "4\r\n\r\n\r\n\r\n0\r\n\r\n", "POST / \r\n\r\n keep;"},
        Case{"Extensions", kChunked + "3;a=b;c=\"d\"\r\nabc\r\n0 ; e\r\n\r\n", "POST / abc keep;"},
        Case{"Trailers", kChunked + "3\r\nabc\r\n0\r\nX: y\r\nZ:\r\n\r\n" + kGet, "POST / abc keep;GET /  keep;"},
        Case{"LastChunkWithZeros", kChunked + "000\r\n\r\n", "POST /  keep;"},
        Case{"PartOfAChunk", kChunked + "3\r\nab", "more"},
        Case{"NoLastChunk", kChunked + "3\r\nabc\r\n", "more"},
        Case{"NoEndOfTrailers", kChunked + "0\r\nX: y\r\n", "more"},
        Case{"NoSize", kChunked + "\r\n", "400"},
        Case{"BadSize", kChunked + "zz\r\n", "400"},
        Case{"NegativeSize", kChunked + "-1\r\n", "400"},
        Case{"PlusSize", kChunked + "+1\r\na\r\n", "400"},
        Case{"PrefixedSize", kChunked + "0x3\r\nabc\r\n", "400"},
        Case{"SpaceBeforeSize", kChunked + " 3\r\nabc\r\n", "400"},
        Case{"TwoSizes", kChunked + "3 4\r\nabc\r\n", "400"},
        Case{"TooMuchData", kChunked + "3\r\nabcd\r\n", "400"},
        Case{"TooLittleData", kChunked + "4\r\nabc\r\n0\r\n", "400"},
        Case{"BareLfAfterSize", kChunked + "3\nabc\r\n", "400"},
        Case{"BareLfInExtension", kChunked + "3;a\nb\r\nabc\r\n", "400"},
        Case{"BareCrInExtension", kChunked + "3;a\rb\r\nabc\r\n", "400"},
        Case{"BareLfAfterData", kChunked + "3\r\nabc\n0\r\n\r\n", "400"},
        Case{"NulInExtension", kChunked + "3;" + std::string(1, '\0') + "\r\nabc\r\n", "400"},
        Case{"EndlessSize", kChunked + std::string(300, '0'), "400"},
        Case{"EndlessExtension", kChunked + "3;" + std::string(300, 'a'), "400"},
        Case{"ChunkTooLarge", kChunked + "65\r\n", "413"},
        Case{"ChunksTooLarge", kChunked + "60\r\n" + std::string(96, 'a') + "\r\n5\r\n", "413"},
        Case{"HugeSize", kChunked + "fffffffffffffffff\r\n", "413"},
        Case{"WrappingSize", kChunked + "60\r\n" + std::string(96, 'a') + "\r\nffffffffffffffa1\r\n", "413"},
        Case{"TrailerWithoutColon", kChunked + "0\r\nX\r\n\r\n", "400"},
        Case{"FoldedTrailer", kChunked + "0\r\nX: y\r\n z\r\n\r\n", "400"},
        Case{"BareLfInTrailer", kChunked + "0\r\nX: y\nZ: a\r\n\r\n", "400"},
        Case{"EndlessTrailer", kChunked + "0\r\nX: " + std::string(1100, 'a'), "431"},
        Case{"EndlessTrailers",
             kChunked + "0\r\n" +
                 [] {
                     std::string all;
                     for (int i = 0; i < 250; ++i) {
                         all += "X: y\r\n";
                     }
                     return all;
                 }(),
             "431"}),
    test_name);

TEST(RequestParser, FillsTheRequest) {
    RequestParser parser(small_limits());
    parser.feed(request("GET /a%2Fb/c?x=%31+2&y HTTP/1.1", "X-Mixed: \t value with, spaces \t\r\nA: 1\r\nA: 2\r\n"));
    const auto parsed = parser.next();
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->request.target, "/a%2Fb/c?x=%31+2&y");
    EXPECT_EQ(parsed->request.path, "/a/b/c");
    EXPECT_THAT(parsed->segments, ElementsAre("a/b", "c"));
    EXPECT_THAT(parsed->request.query, ElementsAre(Pair("x", "1 2"), Pair("y", "")));
    EXPECT_THAT(parsed->request.headers,
                ElementsAre(Pair("host", "a"), Pair("x-mixed", "value with, spaces"), Pair("a", "1"), Pair("a", "2")));
    EXPECT_EQ(parsed->request.header("a"), "1");
    EXPECT_EQ(parsed->request.header("b"), std::nullopt);
    EXPECT_TRUE(parser.empty());
}

TEST(RequestParser, TellsOnceThatABodyIsWaitedFor) {
    const auto head = request("POST / HTTP/1.1", "Expect: 100-Continue\r\nContent-Length: 2\r\n");
    RequestParser parser(small_limits());
    parser.feed(head);
    EXPECT_FALSE(parser.next());
    EXPECT_TRUE(parser.take_expectation());
    EXPECT_FALSE(parser.take_expectation());
    parser.feed("ab");
    EXPECT_TRUE(parser.next());
    EXPECT_FALSE(parser.take_expectation());
    parser.feed(head + "a");
    EXPECT_FALSE(parser.next());
    EXPECT_FALSE(parser.take_expectation()) << "the client did not wait";
}

TEST(RequestParser, TellsThatAChunkedBodyIsWaitedFor) {
    RequestParser parser(small_limits());
    parser.feed(request("POST / HTTP/1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT_FALSE(parser.next());
    EXPECT_TRUE(parser.take_expectation());
    EXPECT_FALSE(parser.take_expectation());
}

class AnyBytes : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Seeds,
                         AnyBytes,
                         testing::Values(request("POST /a?b=c HTTP/1.1", "Content-Length: 3\r\nX: y\r\n", "abc"),
                                         kChunked + "3;x\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n"));

TEST_P(AnyBytes, AreSurvived) {
    std::mt19937 random(1);
    const std::string& seed = GetParam();
    for (int round = 0; round < 20000; ++round) {
        auto bytes = seed + seed;
        for (int change = 0; change < 3; ++change) {
            const auto at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random() % 256);
                    break;
                case 1:
                    bytes.erase(at, random() % 5);
                    break;
                default:
                    bytes.insert(at, 1, "\r\n :%\t"[random() % 6]);
            }
        }
        ASSERT_EQ(outcome(bytes), outcome(bytes, {1 + random() % 7})) << testing::PrintToString(bytes);
    }
}

}  // namespace
}  // namespace watchtower::http
