#include "services/exporter/exposition.hpp"

#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/promtool.hpp"
#include "tests/support/sample_state.hpp"

namespace watchtower::exporter {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimePoint kTick = parse_rfc3339("2025-12-08T12:34:00Z");

class ExpositionTest : public testing::Test {
protected:
    static world_state::Worlds worlds_at(TimePoint tick) {
        world_state::Worlds worlds;
        worlds.all.push_back({"default", 0, std::make_shared<const proto::State>(test::sample_state("default", tick))});
        return worlds;
    }

    [[nodiscard]] std::string scrape() { return *exposition_.answer({}).body; }

    ManualClock clock_{kTick};
    metrics::ServiceMetrics metrics_{"exporter", {}};
    Exposition exposition_{metrics_, clock_, 20};
};

std::string gunzip(std::string compressed) {
    std::string text(1'000'000, '\0');
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

std::string game_of(const std::string& text) {
    return text.substr(0, text.find("# HELP watchtower_build_info"));
}

TEST_F(ExpositionTest, ShowsOnlyItselfBeforeTheFirstState) {
    const std::string text = scrape();
    EXPECT_THAT(text, Not(HasSubstr("ccc_")));
    EXPECT_THAT(text, HasSubstr("watchtower_build_info{service=\"exporter\""));
    EXPECT_TRUE(test::promtool_accepts(text));
}

TEST_F(ExpositionTest, ShowsTheGameAndItself) {
    exposition_.show(worlds_at(kTick));
    const std::string text = scrape();
    EXPECT_THAT(text, HasSubstr("ccc_nomads{world=\"default\"} 42\n"));
    EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
    EXPECT_THAT(text, HasSubstr("watchtower_game_text_bytes "));
    EXPECT_TRUE(test::promtool_accepts(text));
}

TEST_F(ExpositionTest, CountsScrapes) {
    (void)scrape();
    clock_.advance(Exposition::kOwnAge);
    EXPECT_THAT(scrape(), HasSubstr("watchtower_scrapes_total 2\n"));
}

TEST_F(ExpositionTest, MakesABodyOnceForAllWhoAskAtTheSameTime) {
    exposition_.show(worlds_at(kTick));
    http::Request compressed;
    compressed.headers = {{"accept-encoding", "gzip"}};
    const auto plain_body = exposition_.answer({}).body;
    const auto compressed_body = exposition_.answer(compressed).body;
    clock_.advance(Exposition::kOwnAge - Milliseconds(1));
    EXPECT_EQ(exposition_.answer({}).body, plain_body);
    EXPECT_EQ(exposition_.answer(compressed).body, compressed_body);
    clock_.advance(Milliseconds(1));
    EXPECT_NE(exposition_.answer({}).body, plain_body);
    EXPECT_NE(exposition_.answer(compressed).body, compressed_body);
}

TEST_F(ExpositionTest, MakesItsOwnTextAnewWhenTheClockIsSetBack) {
    const auto body = exposition_.answer({}).body;
    clock_.set(kTick - std::chrono::hours(1));
    EXPECT_NE(exposition_.answer({}).body, body);
}

TEST_F(ExpositionTest, ShowsTheNewestState) {
    exposition_.show(worlds_at(kTick));
    EXPECT_THAT(scrape(), HasSubstr("ccc_snapshot_timestamp_seconds{world=\"default\"} 1765197240.789\n"));
    exposition_.show(worlds_at(kTick + std::chrono::minutes(1)));
    EXPECT_THAT(scrape(), HasSubstr("ccc_snapshot_timestamp_seconds{world=\"default\"} 1765197300.789\n"));
}

TEST_F(ExpositionTest, ShowsWhatIsStaleByNow) {
    clock_.advance(std::chrono::minutes(3));
    exposition_.show(worlds_at(kTick));
    EXPECT_THAT(scrape(), HasSubstr("ccc_section_stale{world=\"default\",section=\"nomads\"} 1\n"));
}

TEST_F(ExpositionTest, CompressesTheSameTextForWhoTakesIt) {
    exposition_.show(worlds_at(kTick));
    http::Request request;
    request.headers = {{"accept-encoding", "gzip"}};
    const http::Reply compressed = exposition_.answer(request);
    const http::Reply plain = exposition_.answer({});
    EXPECT_THAT(compressed.headers, testing::Contains(testing::Pair("Content-Encoding", "gzip")));
    EXPECT_THAT(plain.headers, Not(testing::Contains(testing::Pair("Content-Encoding", "gzip"))));
    for (const auto* reply : {&compressed, &plain}) {
        EXPECT_THAT(reply->headers, testing::Contains(testing::Pair("Vary", "Accept-Encoding")));
        EXPECT_THAT(reply->headers, testing::Contains(testing::Pair("Content-Type", metrics::kContentType)));
    }
    const std::string game = plain.body->substr(0, plain.body->find("# HELP watchtower_build_info"));
    const std::string text = gunzip(*compressed.body);
    EXPECT_EQ(text.substr(0, game.size()), game);
    EXPECT_THAT(text, HasSubstr("process_open_fds "));
    EXPECT_LT(compressed.body->size(), plain.body->size() / 2);
}

TEST_F(ExpositionTest, OfTwoReplicasShowsTheSameGame) {
    metrics::ServiceMetrics other_metrics("exporter", {});
    Exposition other(other_metrics, clock_, 20);
    exposition_.show(worlds_at(kTick));
    other.show(worlds_at(kTick));
    EXPECT_EQ(game_of(scrape()), game_of(*other.answer({}).body));
    EXPECT_THAT(game_of(scrape()), HasSubstr("ccc_nomads"));
}

}  // namespace
}  // namespace watchtower::exporter
