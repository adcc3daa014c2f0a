#include "services/collector/source/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/collector_source/game.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"
#include "tests/support/tcp_gate.hpp"
#include "tests/unit/collector_source/recording_sink.hpp"

namespace watchtower::collector {
namespace {

using namespace std::chrono_literals;
using proto::Section;
using proto::SectionError;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr SourceOptions kQuick{.first_retry = Milliseconds(1), .most_retry = Milliseconds(5)};

SectionSource source_of(const std::string& url, SourceOptions options = kQuick) {
    return {{"world", url, ""}, Section::nomads, options};
}

SectionRead read(SectionSource& source, RecordSink& sink, Milliseconds within = 30s) {
    return source.read({}, steady_clock::now() + within, sink);
}

SectionRead read(const std::string& url, SourceOptions options = kQuick, Milliseconds within = 30s) {
    auto source = source_of(url, options);
    RecordingSink sink;
    return read(source, sink, within);
}

/// What stands for success beside the names of the errors.
std::string error_of(const SectionRead& read) {
    return read.failure ? std::string(to_text(read.failure->error)) : "none";
}

TEST(SectionSource, ReadsASectionWithItsKey) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) {
        return http::Reply::json(R"({"nomads":[{"player_id":"a"},5,{"player_id":"b"}]})");
    });
    SectionSource source({"world", game.url("/api"), "the-key"}, Section::nomads);
    RecordingSink sink;
    const auto result = read(source, sink);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_THAT(sink.lines, ElementsAre("nomad a", "nomad b"));
    EXPECT_EQ(result.records, 2U);
    EXPECT_EQ(result.invalid.count(InvalidReason::not_an_object), 1U);
    EXPECT_EQ(result.pages, 1U);
    EXPECT_EQ(result.bytes, 50U);
    EXPECT_EQ(result.durations.size(), 1U);
    EXPECT_THAT(result.errors, IsEmpty());
    EXPECT_FALSE(result.simulated);
    const auto request = game.requests().at(0);
    EXPECT_EQ(request.target, "/api/nomads");
    EXPECT_EQ(request.header("authorization"), "Bearer the-key");
    EXPECT_EQ(request.header("accept"), "application/json");
}

TEST(SectionSource, SendsNoAuthorizationWithoutAKey) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) {
        return http::Reply::json(R"({"combats":[]})").with("X-CCC-Simulated", "true");
    });
    SectionSource source({"world", game.url(), ""}, Section::pvp);
    RecordingSink sink;
    const auto result = read(source, sink);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_TRUE(result.simulated);
    EXPECT_THAT(game.targets(), ElementsAre("/combat/stats"));
    EXPECT_EQ(game.requests().at(0).header("authorization"), std::nullopt);
}

TEST(SectionSource, FollowsPagesOnTheSameHost) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        const std::vector<std::string> links = {R"("/nomads?page=2")", R"("\/nomads?page=3")", R"("")"};
        return page(std::string(1, static_cast<char>('a' + before)), links.at(before));
    });
    auto source = source_of(game.url("/api"));
    RecordingSink sink;
    const auto result = read(source, sink);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_THAT(sink.lines, ElementsAre("nomad a", "nomad b", "nomad c"));
    EXPECT_THAT(game.targets(), ElementsAre("/api/nomads", "/nomads?page=2", "/nomads?page=3"));
    EXPECT_EQ(result.pages, 3U);
    EXPECT_EQ(result.records, 3U);
    EXPECT_EQ(result.durations.size(), 3U);
}

TEST(SectionSource, ReadsNoPageTwice) {
    const Game game([](const http::Request& request, std::size_t /*before*/) {
        const bool second = request.query_parameter("page") == "2";
        return page("a", second ? R"("/nomads")" : R"("/nomads?page=2")");
    });
    const auto result = read(game.url());
    EXPECT_EQ(error_of(result), "invalid_body");
    EXPECT_EQ(result.failure->reason, "ccc: GET /nomads, page 3: 'next' leads to a page that was read already");
    EXPECT_THAT(result.errors, ElementsAre(SectionError::invalid_body));
    EXPECT_EQ(game.requests().size(), 2U);
}

TEST(SectionSource, BoundsThePages) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        return page("a", "\"/nomads?page=" + std::to_string(before) + "\"");
    });
    auto options = kQuick;
    options.max_pages = 4;
    const auto result = read(game.url(), options);
    EXPECT_EQ(error_of(result), "invalid_body");
    EXPECT_THAT(result.failure->reason, HasSubstr("more than 4 pages"));
    EXPECT_EQ(game.requests().size(), 4U);
}

TEST(SectionSource, RefusesLinksThatAreNoPathOnTheSameHost) {
    for (const std::string link : {"//evil.example/nomads",
                                   "http://evil.example/?token=hidden",
                                   "nomads?page=2",
                                   "?page=2",
                                   "/\\\\evil.example",
                                   "/a b",
                                   "/a\\nHost: evil",
                                   "/\\u0000",
                                   "/nomads#x"}) {
        const Game game(
            [&](const http::Request& /*request*/, std::size_t /*before*/) { return page("a", "\"" + link + "\""); });
        const auto result = read(game.url());
        EXPECT_EQ(error_of(result), "invalid_body") << link;
        EXPECT_THAT(result.failure->reason, HasSubstr("page 1: 'next' ")) << link;
        EXPECT_THAT(result.failure->reason, Not(HasSubstr("hidden")));
        EXPECT_EQ(game.requests().size(), 1U) << link;
    }
}

TEST(SectionSource, RetriesWhatMayPassByItself) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        const std::vector<int> codes = {500, 503, 429, 502};
        return before < codes.size() ? status(codes[before]) : page("a");
    });
    auto source = source_of(game.url());
    RecordingSink sink;
    const auto result = read(source, sink);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_THAT(sink.lines, ElementsAre("nomad a"));
    EXPECT_THAT(result.errors,
                ElementsAre(SectionError::server_error,
                            SectionError::server_error,
                            SectionError::client_error,
                            SectionError::server_error));
    EXPECT_EQ(result.durations.size(), 5U);
}

TEST(SectionSource, RetriesOnlyThePageThatFailed) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        return before == 0 ? page("a", R"("/nomads?page=2")") : before == 1 ? status(500) : page("b");
    });
    auto source = source_of(game.url());
    RecordingSink sink;
    EXPECT_EQ(error_of(read(source, sink)), "none");
    EXPECT_THAT(sink.lines, ElementsAre("nomad a", "nomad b"));
    EXPECT_THAT(game.targets(), ElementsAre("/nomads", "/nomads?page=2", "/nomads?page=2"));
}

TEST(SectionSource, ReadsABodyThatBrokeOffAgainAndTakesNothingTwice) {
    const std::string body = R"({"nomads":[{"player_id":"a"}]})";
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    const RawServer game({whole.substr(0, whole.size() - 2), "", "garbage", whole});
    auto source = source_of(game.url());
    RecordingSink sink;
    const auto result = read(source, sink);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_THAT(sink.lines, ElementsAre("nomad a"));
    EXPECT_THAT(result.errors, testing::Each(SectionError::network_error));
    EXPECT_GE(result.errors.size(), 2U);
}

TEST(SectionSource, GivesUpAtTheDeadlineWithTheLastError) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) { return status(500); });
    const auto result = read(game.url(), kQuick, 100ms);
    EXPECT_TRUE(error_of(result) == "server_error" || error_of(result) == "timeout") << error_of(result);
    EXPECT_GT(result.errors.size(), 1U);
    EXPECT_EQ(result.errors.back(), result.failure->error);
}

TEST(SectionSource, WaitsAsLongAsRetryAfterSays) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        return before == 0 ? status(503).with("Retry-After", "1") : page("a");
    });
    const auto start = steady_clock::now();
    EXPECT_EQ(error_of(read(game.url())), "none");
    EXPECT_GE(steady_clock::now() - start, 1s);
}

TEST(SectionSource, DoesNotWaitForARetryBehindTheDeadline) {
    for (const auto& [code, wait] : {std::pair(503, "60"), std::pair(429, "31"), std::pair(503, "9999999999999999")}) {
        const Game game([&, code = code, wait = wait](const http::Request& /*request*/, std::size_t /*before*/) {
            return status(code).with("Retry-After", wait);
        });
        EXPECT_EQ(error_of(read(game.url())), code == 503 ? "server_error" : "client_error");
        EXPECT_EQ(game.requests().size(), 1U);
    }
}

TEST(SectionSource, RetriesNothingThatWillNotPass) {
    const std::vector<std::pair<int, std::string>> cases = {{400, "client_error"},
                                                            {401, "unauthorized"},
                                                            {403, "unauthorized"},
                                                            {404, "not_found"},
                                                            {410, "client_error"},
                                                            {301, "client_error"},
                                                            {302, "client_error"},
                                                            {304, "client_error"},
                                                            {204, "invalid_body"},
                                                            {202, "invalid_body"}};
    for (const auto& [code, error] : cases) {
        const Game game([code = code](const http::Request& /*request*/, std::size_t /*before*/) {
            auto reply = page("a");
            reply.status = code;
            return reply.with("Location", "/nomads?page=2");
        });
        const auto result = read(game.url());
        EXPECT_EQ(error_of(result), error) << code;
        EXPECT_EQ(result.failure->reason, "ccc: GET /nomads, page 1: status " + std::to_string(code));
        EXPECT_EQ(result.errors.size(), 1U);
        EXPECT_EQ(game.requests().size(), 1U) << code;
    }
}

TEST(SectionSource, AsksNotAgainForABodyThatDoesNotCount) {
    for (const char* body : {"", "<html>", R"({"nomads":[{"player_id":"a"})", R"({"error":"no"})"}) {
        const Game game(
            [&](const http::Request& /*request*/, std::size_t /*before*/) { return http::Reply::json(body); });
        const auto result = read(game.url());
        EXPECT_EQ(error_of(result), "invalid_body") << body;
        EXPECT_EQ(game.requests().size(), 1U) << body;
    }
}

TEST(SectionSource, CallsASlowAnswerATimeout) {
    Game game([&](const http::Request& /*request*/, std::size_t before) {
        if (before == 0) {
            game.hold();
        }
        return page("a");
    });
    auto source = source_of(game.url());
    RecordingSink sink;
    const auto result = read(source, sink, 100ms);
    EXPECT_EQ(error_of(result), "timeout");
    EXPECT_THAT(result.errors, ElementsAre(SectionError::timeout));
    game.release();
    EXPECT_EQ(error_of(read(source, sink)), "none");
}

TEST(SectionSource, KeepsOneDeadlineForAllPages) {
    const Game game([](const http::Request& /*request*/, std::size_t before) {
        return page("a", "\"/nomads?page=" + std::to_string(before) + "\"");
    });
    test::TcpGate gate(std::stoi(game.url().substr(17)));
    gate.delay(10ms);
    const auto result = read("http://127.0.0.1:" + std::to_string(gate.port()), kQuick, 200ms);
    EXPECT_EQ(error_of(result), "timeout");
    EXPECT_GT(result.pages, 0U);
}

TEST(SectionSource, ReadsNothingBehindTheDeadline) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) { return page("a"); });
    const auto result = read(game.url(), kQuick, -1ms);
    EXPECT_EQ(error_of(result), "timeout");
    EXPECT_THAT(result.errors, ElementsAre(SectionError::timeout));
    EXPECT_THAT(game.requests(), IsEmpty());
}

TEST(SectionSource, EndsAtOnceWhenStopped) {
    Game game([&](const http::Request& /*request*/, std::size_t /*before*/) {
        game.hold();
        return page("a");
    });
    auto source = source_of(game.url());
    RecordingSink sink;
    std::stop_source stop;
    std::jthread stopper([&] {
        EXPECT_TRUE(test::eventually(10s, [&] { return !game.requests().empty(); }));
        stop.request_stop();
    });
    const auto result = source.read(stop.get_token(), steady_clock::now() + 1h, sink);
    EXPECT_EQ(error_of(result), "timeout");
    EXPECT_THAT(result.failure->reason, HasSubstr("stopped"));
}

TEST(SectionSource, EndsAWaitForARetryWhenStopped) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) {
        return status(503).with("Retry-After", "3000");
    });
    auto source = source_of(game.url());
    RecordingSink sink;
    std::stop_source stop;
    std::jthread stopper([&] {
        EXPECT_TRUE(test::eventually(10s, [&] { return !game.requests().empty(); }));
        stop.request_stop();
    });
    const auto result = source.read(stop.get_token(), steady_clock::now() + 1h, sink);
    EXPECT_NE(error_of(result), "none");
}

TEST(SectionSource, SurvivesAGameThatIsAwayFrozenAndBack) {
    const Game game([](const http::Request& /*request*/, std::size_t /*before*/) { return page("a"); });
    test::TcpGate gate(std::stoi(game.url().substr(17)));
    auto source = source_of("http://user:hidden@127.0.0.1:" + std::to_string(gate.port()));
    RecordingSink sink;
    EXPECT_EQ(error_of(read(source, sink)), "none");
    gate.cut();
    const auto away = read(source, sink, 100ms);
    EXPECT_EQ(away.errors.at(0), SectionError::network_error);
    EXPECT_GT(away.errors.size(), 1U);
    EXPECT_THAT(away.failure.value().reason, HasSubstr("ccc: GET /nomads, page 1: http http://127.0.0.1:"));
    EXPECT_THAT(away.failure->reason, Not(HasSubstr("hidden")));
    gate.resume();
    EXPECT_EQ(error_of(read(source, sink)), "none");
    gate.freeze();
    EXPECT_EQ(error_of(read(source, sink, 100ms)), "timeout");
    gate.resume();
    EXPECT_EQ(error_of(read(source, sink)), "none");
    EXPECT_EQ(sink.lines.size(), 3U);
}

TEST(SectionSource, BoundsTheBytesOfAllPages) {
    const std::string blanks(1000, ' ');
    const Game game([&](const http::Request& /*request*/, std::size_t before) {
        return http::Reply::json(R"({"nomads":[],"next":"/nomads?page=)" + std::to_string(before) + "\"}" + blanks);
    });
    auto options = kQuick;
    options.max_body_bytes = 2500;
    const auto result = read(game.url(), options);
    EXPECT_EQ(error_of(result), "too_large");
    EXPECT_EQ(game.requests().size(), 3U);
    EXPECT_THAT(result.errors, ElementsAre(SectionError::too_large));
    options.max_body_bytes = 1037;  // one page to the byte
    EXPECT_EQ(error_of(read(game.url(), options)), "too_large");
    EXPECT_EQ(game.requests().size(), 4U);
}

TEST(SectionSource, UnpacksGzipWithinTheLimit) {
    std::string body = R"({"nomads":[{"player_id":"a"}]})";
    body.append(20'000'000, ' ');
    const auto packed = std::make_shared<const std::string>(gzip(body));
    const Game game([&](const http::Request& request, std::size_t /*before*/) {
        EXPECT_THAT(std::string(request.header("accept-encoding").value_or("")), HasSubstr("gzip"));
        return http::Reply::shared(packed, "application/json").with("Content-Encoding", "gzip");
    });
    auto options = kQuick;
    options.max_body_bytes = body.size();
    const auto result = read(game.url(), options);
    EXPECT_EQ(error_of(result), "none");
    EXPECT_EQ(result.records, 1U);
    EXPECT_EQ(result.bytes, body.size());
    options.max_body_bytes = 1'000'000;
    EXPECT_EQ(error_of(read(game.url(), options)), "too_large");
    EXPECT_EQ(game.requests().size(), 2U);
}

}  // namespace
}  // namespace watchtower::collector
