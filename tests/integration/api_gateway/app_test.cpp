#include "services/api-gateway/app.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "common/http/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/world_stores.hpp"
#include "tests/unit/api_gateway/schema.hpp"

namespace watchtower::gateway {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using watchtower::test::eventually;

/// A gateway in this process with its stores; the newest tick is the last whole minute.
class GatewayApp : public testing::Test {
protected:
    GatewayApp() {
        for (const std::string table : {"gameplay_metrics", "player_activity", "event_metrics"}) {
            stores_.postgres.run("create table " + table + "_of_a_test partition of " + table + " default");
        }
        stores_.nats.stop();
    }

    void start() {
        Options options;
        options.port = 0;
        options.management_port = 0;
        options.stores.database_url = stores_.reader_url();
        options.stores.redis_url = stores_.redis.url();
        options.stores.nats_url = stores_.nats.url();
        app_ = std::make_unique<App>(options);
    }

    void store() {
        stores_.store(state_);
        stores_.put(state_);
    }

    http::FetchResult get(const std::string& path) { return fetch(app_->port(), path); }
    http::FetchResult fetch(std::uint16_t port, const std::string& path) {
        return client_.get("http://127.0.0.1:" + std::to_string(port) + path, {});
    }

    [[nodiscard]] testing::AssertionResult answers(const std::string& path, int status) {
        int seen = 0;
        return eventually(
            10s, [&] { return (seen = get(path).status) == status; }, [&] { return std::to_string(seen); });
    }

    TimePoint tick_ = tick_at_or_before(SystemClock().now(), 60s);
    proto::State state_ = watchtower::test::sample_state("default", tick_);
    watchtower::test::WorldStores stores_;
    http::Client client_;
    std::unique_ptr<App> app_;
};

constexpr const char* kDocument = "/api/v1/metrics/current";
constexpr const char* kDashboard = "/api/v1/dashboard/stats";

TEST_F(GatewayApp, AnswersEveryDocumentedPathAsDocumented) {
    start();
    store();
    ASSERT_TRUE(answers(kDocument, 200));
    const json openapi = json::parse(get("/openapi.json").body);
    int checked = 0;
    for (const auto& [path, item] : openapi.at("paths").items()) {
        std::string target = path;
        if (const auto brace = target.find("{tick}"); brace != std::string::npos) {
            target.replace(brace, 6, to_rfc3339(tick_));
        }
        const auto result = get(target);
        ASSERT_EQ(result.status, 200) << target << ' ' << result.body;
        const json& content = item.at("get").at("responses").at("200").at("content");
        if (content.contains("application/json")) {
            const json schema = test::to_json_schema(openapi, content.at("application/json").at("schema"));
            EXPECT_TRUE(test::conforms(result.body, schema)) << target;
            ++checked;
        }
    }
    EXPECT_GE(checked, 22);
}

TEST_F(GatewayApp, ServesStoredDocumentsByteForByte) {
    start();
    state_.simulated = true;
    store();
    const auto later = watchtower::test::sample_state("default", tick_ + 60s);
    stores_.store(later);
    stores_.put(later);
    const std::string path = "/api/v1/snapshots/";
    ASSERT_TRUE(answers(path + to_epoch_seconds(tick_), 200));
    const auto old = get(path + to_epoch_seconds(tick_));
    EXPECT_EQ(old.body, proto::encode(state_.document));
    EXPECT_EQ(old.header("watchtower-simulated"), "true");
    EXPECT_EQ(old.header("watchtower-tick"), to_epoch_seconds(tick_));
    EXPECT_EQ(get(path + to_rfc3339(tick_)).body, old.body);
    EXPECT_EQ(get(path + to_epoch_seconds(tick_ - 60s)).status, 404);
    EXPECT_EQ(get(path + to_epoch_seconds(tick_) + "?world=other").status, 404);
}

TEST_F(GatewayApp, KeepsTheAnswerToADashboardOfOneTick) {
    start();
    store();
    ASSERT_TRUE(answers(kDashboard, 200));
    const auto first = get(kDashboard);
    stores_.postgres.stop();
    EXPECT_EQ(get(kDashboard).body, first.body);
    EXPECT_EQ(get(std::string(kDashboard) + "?time_window=60").status, 503) << "another question";
    EXPECT_THAT(fetch(app_->management_port(), "/metrics").body,
                HasSubstr(R"(watchtower_stored_answers_total{result="failed"} 1)"));
    stores_.postgres.start();
    EXPECT_TRUE(answers(std::string(kDashboard) + "?time_window=60", 200));
}

TEST_F(GatewayApp, DoesNotCountWhatIsNotInTheTablesYet) {
    start();
    store();
    ASSERT_TRUE(answers(kDashboard, 200));
    state_ = watchtower::test::sample_state("default", tick_ + 60s);
    stores_.put(state_);
    EXPECT_TRUE(answers(kDashboard, 503)) << "Redis is ahead of PostgreSQL";
    EXPECT_EQ(get(kDocument).header("watchtower-tick"), to_epoch_seconds(state_.tick));
    stores_.store(state_);
    EXPECT_TRUE(answers(kDashboard, 200));
}

TEST_F(GatewayApp, IsReadyOnceItHoldsAState) {
    start();
    EXPECT_EQ(fetch(app_->management_port(), "/ready").status, 503);
    EXPECT_EQ(fetch(app_->management_port(), "/health").status, 200);
    store();
    ASSERT_TRUE(answers("/ready", 200));
    EXPECT_EQ(fetch(app_->management_port(), "/ready").status, 200);
    const std::string metrics = fetch(app_->management_port(), "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr(R"(watchtower_dependency_up{dependency="redis"} 1)"));
    EXPECT_THAT(metrics, HasSubstr(R"(watchtower_http_requests_total{code="200",method="GET",route="/ready"} 1)"));
    EXPECT_THAT(metrics, HasSubstr(R"(watchtower_http_request_duration_seconds_count{route="/ready"})"));
    EXPECT_EQ(metrics.find("ccc_"), std::string::npos) << "the game's metrics have their own place";
}

}  // namespace
}  // namespace watchtower::gateway
