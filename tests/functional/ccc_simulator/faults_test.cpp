#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/functional/ccc_simulator/raw_exchange.hpp"
#include "tests/support/simulator.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class SimulatorFaults : public testing::Test {
protected:
    SimulatorFaults() { simulator_.step(300); }

    http::FetchResult nomads_with(const std::string& fault) {
        simulator_.set_faults("[" + fault + "]");
        return simulator_.get("/nomads");
    }

    /// How often nomads were read completely, as the truth has it.
    int readings() { return json::parse(simulator_.truth()).at("observed").at("readings").at("nomads").get<int>(); }

    Simulator simulator_;
};

TEST_F(SimulatorFaults, AnswersAnyStatus) {
    const auto answer = nomads_with(R"({"kind":"status","status":429,"retry_after":7})");
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.retry_after, std::chrono::seconds(7));
    const auto moved = nomads_with(R"({"kind":"status","status":302,"location":"/elsewhere"})");
    EXPECT_EQ(moved.status, 302);
    EXPECT_EQ(moved.header("location"), "/elsewhere");
    EXPECT_EQ(readings(), 0);
    EXPECT_EQ(simulator_.get("/events").status, 302);
}

TEST_F(SimulatorFaults, StrikeOneSectionOnly) {
    EXPECT_EQ(nomads_with(R"({"kind":"status","section":"events"})").status, 200);
    EXPECT_EQ(simulator_.get("/events").status, 503);
}

TEST_F(SimulatorFaults, AnswersLate) {
    const auto begin = steady_clock::now();
    EXPECT_EQ(nomads_with(R"({"kind":"delay","milliseconds":200})").status, 200);
    EXPECT_GE(steady_clock::now() - begin, milliseconds(200));
    EXPECT_EQ(readings(), 1);
}

TEST_F(SimulatorFaults, CountsWhatTheReaderGivesUpAsUnread) {
    EXPECT_EQ(nomads_with(R"({"kind":"delay","milliseconds":10,"unread":true})").status, 200);
    EXPECT_EQ(readings(), 0);
}

TEST_F(SimulatorFaults, AnswersSlowly) {
    const std::size_t bytes = simulator_.get("/nomads").body.size();
    simulator_.set_faults(R"([{"kind":"drip","bytes_per_second":)" + std::to_string(bytes * 4) + "}]");
    const auto begin = steady_clock::now();
    EXPECT_GT(raw_exchange(simulator_.port(), "GET", "/nomads", "").size(), bytes);
    EXPECT_GE(steady_clock::now() - begin, milliseconds(240));
}

TEST_F(SimulatorFaults, HoldsUpOnlyTheAnswerThatItDelays) {
    simulator_.set_faults(R"([{"kind":"delay","section":"nomads","milliseconds":60000}])");
    http::Client impatient;
    http::FetchOptions options;
    options.timeout = milliseconds(20);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(impatient.get(simulator_.url() + "/nomads", options).error, http::FetchError::timeout);
    }
    EXPECT_EQ(simulator_.get("/events").status, 200);
}

TEST_F(SimulatorFaults, EndsAnAnswerBeforeItsLength) {
    EXPECT_EQ(nomads_with(R"({"kind":"truncate"})").error, http::FetchError::network);
    const std::string answer = raw_exchange(simulator_.port(), "GET", "/nomads", "");
    EXPECT_NE(answer.find("Content-Length: "), std::string::npos);
    const std::size_t promised = std::stoul(answer.substr(answer.find("Content-Length: ") + 16));
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, promised / 2);
    EXPECT_EQ(readings(), 0);
}

TEST_F(SimulatorFaults, DoesNotAnswerAtAll) {
    EXPECT_EQ(nomads_with(R"({"kind":"no_answer","milliseconds":50})").error, http::FetchError::network);
    EXPECT_EQ(raw_exchange(simulator_.port(), "GET", "/nomads", ""), "");
    EXPECT_EQ(readings(), 0);
}

TEST_F(SimulatorFaults, SendsWhatCannotBeRead) {
    for (const char* fault : {R"({"kind":"cut_json"})", R"({"kind":"invalid_json"})", R"({"kind":"empty_body"})"}) {
        const auto answer = nomads_with(fault);
        EXPECT_EQ(answer.status, 200) << fault;
        EXPECT_FALSE(json::accept(answer.body)) << fault;
    }
    EXPECT_NE(nomads_with(R"({"kind":"broken_gzip"})").error, http::FetchError::none);
    EXPECT_EQ(readings(), 0);
}

TEST_F(SimulatorFaults, TellsHowManyBadRecordsItServed) {
    const std::size_t good = json::parse(simulator_.get("/nomads").body).at("nomads").size();
    const auto answer = nomads_with(R"({"kind":"bad_records","records":4})");
    EXPECT_EQ(json::parse(answer.body).at("nomads").size(), good + 4);
    EXPECT_EQ(json::parse(simulator_.truth()).at("bad_records"), json({{"nomads", 4}}));
}

TEST_F(SimulatorFaults, SendsAHugeBody) {
    EXPECT_GE(nomads_with(R"({"kind":"huge","bytes":3000000})").body.size(), 3'000'000U);
}

TEST_F(SimulatorFaults, LinksToWhereNobodyShouldGo) {
    EXPECT_EQ(json::parse(nomads_with(R"({"kind":"next","value":"//other/nomads"})").body).at("next"),
              "//other/nomads");
}

TEST(SimulatorFaultsAtStart, AreInForceAtOnce) {
    Simulator simulator({.flags = {{"sim-faults", R"([{"kind":"status","status":500}])"}}});
    EXPECT_EQ(simulator.get("/events").status, 500);
}

}  // namespace
}  // namespace watchtower::test
