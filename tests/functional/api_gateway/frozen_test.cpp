#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using http::test::RawClient;
using std::chrono::seconds;

constexpr seconds kDeadline{60};
constexpr const char* kDocument = "/api/v1/metrics/current";

/// A gateway whose database stops answering without a word.
class FrozenDatabase : public testing::Test {
protected:
    FrozenDatabase() {
        stores_.store(state_);
        stores_.put(state_);
        EXPECT_TRUE(shows(state_));
    }
    void TearDown() override { stores_.postgres.thaw(); }

    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(gateway_.port_of("port")); }

    testing::AssertionResult shows(const proto::State& state) {
        return eventually(kDeadline, [&] {
            return gateway_.get(kDocument).header("watchtower-tick") == to_epoch_seconds(state.tick);
        });
    }

    [[nodiscard]] static std::ptrdiff_t answered(const std::deque<RawClient>& clients) {
        return std::count_if(clients.begin(), clients.end(), [](const auto& client) { return client.has_input(); });
    }

    const proto::State state_ = sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)));
    WorldStores stores_;
    Service gateway_{"api-gateway",
                     {.environment = {{"DATABASE_URL", stores_.reader_url()},
                                      {"REDIS_URL", stores_.redis.url()},
                                      {"NATS_URL", stores_.nats.url()},
                                      {"TRUSTED_PROXIES", "127.0.0.1"},
                                      {"MANAGEMENT_PORT", "0"}}}};
};

TEST_F(FrozenDatabase, LeavesWhatWasAskedBeforeWithItsAge) {
    const std::vector<std::string> of_the_past = {
        "/api/v1/analytics/averages", "/api/v1/analytics/engagement", "/api/v1/analytics/economy"};
    const std::vector<std::string> of_the_tick = {"/api/v1/players", "/api/v1/dashboard/stats"};
    std::map<std::string, std::string> bodies;
    for (const auto& paths : {of_the_past, of_the_tick}) {
        for (const std::string& path : paths) {
            const auto answer = gateway_.get(path);
            ASSERT_EQ(answer.status, 200) << path << ' ' << answer.body;
            bodies[path] = answer.body;
        }
    }
    stores_.postgres.freeze();
    for (const auto& [path, body] : bodies) {
        EXPECT_EQ(gateway_.get(path).body, body) << path << ": of the same tick nothing else is known";
    }
    auto next = state_;
    next.tick += seconds(1);
    stores_.put(next);
    stores_.announce(next);
    ASSERT_TRUE(shows(next));
    for (const std::string& path : of_the_past) {
        const auto answer = gateway_.get(path);
        EXPECT_EQ(answer.status, 200) << path << ' ' << answer.body;
        EXPECT_EQ(answer.body, bodies[path]);
        EXPECT_EQ(answer.header("watchtower-tick"), to_epoch_seconds(state_.tick)) << path << ": this is its age";
        EXPECT_EQ(answer.header("cache-control"), "no-cache") << path;
    }
    for (const std::string& path : of_the_tick) {
        const auto answer = gateway_.get(path);
        EXPECT_EQ(answer.status, 503) << path << ": would be taken for the new tick's";
        EXPECT_TRUE(answer.retry_after) << path;
    }
    stores_.postgres.thaw();
    stores_.store(next);
    for (const auto& [path, body] : bodies) {
        EXPECT_TRUE(eventually(kDeadline, [&, &asked = path] {
            return gateway_.get(asked).header("watchtower-tick") == to_epoch_seconds(next.tick);
        })) << path;
    }
}

/// Those who wait for the database hold up nobody, on whatever worker their connections are.
TEST_F(FrozenDatabase, HoldsUpNobodyWhoAsksForSomethingElse) {
    constexpr int kCrowd = 100;
    constexpr int kOthers = 16;
    stores_.postgres.freeze();
    const auto others_are_answered_meanwhile = [&] {
        std::deque<RawClient> crowd;
        for (int i = 0; i < kCrowd; ++i) {
            crowd.emplace_back(port()).get("/api/v1/analytics/averages?days=" + std::to_string(1 + i));
        }
        std::deque<RawClient> others;
        for (int i = 0; i < kOthers; ++i) {
            others.emplace_back(port()).get(kDocument);
        }
        for (RawClient& other : others) {
            EXPECT_EQ(other.read_answer().status(), 200);
        }
        const bool some_wait = answered(crowd) < kCrowd;
        for (RawClient& client : crowd) {
            const auto answer = client.read_answer();
            EXPECT_EQ(answer.status(), 503) << answer.body;
            EXPECT_TRUE(answer.header("Retry-After"));
        }
        return some_wait;
    };
    EXPECT_TRUE(eventually(kDeadline, others_are_answered_meanwhile));
    stores_.postgres.thaw();
    EXPECT_TRUE(eventually(kDeadline, [&] { return gateway_.get("/api/v1/analytics/averages").status == 200; }));
}

}  // namespace
}  // namespace watchtower::test
