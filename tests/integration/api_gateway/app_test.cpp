#include "services/api-gateway/app.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "common/http/client.hpp"
#include "common/redis/client.hpp"
#include "proto-json/names.hpp"
#include "proto-json/task.hpp"
#include "services/api-gateway/views.hpp"
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
            std::string create = "create table ";
            create.append(table).append("_of_a_test partition of ").append(table).append(" default");
            stores_.postgres.run(create);
        }
        stores_.nats.stop();
    }

    void start() {
        Options options;
        options.port = 0;
        options.management_port = 0;
        options.api_auth = "none";
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
    http::FetchResult post(const std::string& path) {
        return client_.post("http://127.0.0.1:" + std::to_string(app_->port()) + path, "", {});
    }
    http::FetchResult fetch(std::uint16_t port, const std::string& path) {
        return client_.get("http://127.0.0.1:" + std::to_string(port) + path, {});
    }

    [[nodiscard]] testing::AssertionResult answers(const std::string& path, int status) {
        int seen = 0;
        return eventually(
            10s, [&] { return (seen = get(path).status) == status; }, [&] { return std::to_string(seen); });
    }

    /// A path of the documentation with its examples, and with the newest tick in place of that one's.
    std::string target_of(const json& openapi, const std::string& path) {
        std::string target = path;
        for (const json& parameter : openapi.at("paths").at(path).at("get").value("parameters", json::array())) {
            const std::string name = parameter.at("name");
            const std::string value = name == "tick" ? to_rfc3339(tick_) : parameter.value("example", std::string());
            if (const auto brace = target.find("{" + name + "}"); brace != std::string::npos) {
                target.replace(brace, name.size() + 2, value);
            } else if (parameter.value("required", false)) {
                target.append("?").append(name).append("=").append(value);
            }
        }
        return target;
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
    stores_.postgres.run(
        "insert into player_current values ('default', 'player1', now(), now(), null, true, true,"
        " true, 1, 1, '{}', 1, 0, 0, 0, 0, null)");
    const json openapi = json::parse(get("/openapi.json").body);
    int checked = 0;
    for (const auto& [path, item] : openapi.at("paths").items()) {
        if (!item.contains("get") || path.find("/tasks/") != std::string::npos || path.ends_with("/stream")) {
            continue;  // tested below and by events_test.cpp; a stream does not end
        }
        const std::string target = target_of(openapi, path);
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

TEST_F(GatewayApp, QueuesCollectionsAndShowsWhatBecomesOfThem) {
    start();
    store();
    ASSERT_TRUE(answers(kDocument, 200));
    const json openapi = json::parse(get("/openapi.json").body);
    const auto schema_of = [&](const std::string& path, const char* method, const char* status) {
        const json& answer = openapi.at("paths").at(path).at(method).at("responses").at(status);
        return test::to_json_schema(openapi, answer.at("content").at("application/json").at("schema"));
    };
    const auto accepted = post("/api/v1/metrics/collect?world=default");
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    EXPECT_TRUE(test::conforms(accepted.body, schema_of("/api/v1/metrics/collect", "post", "202")));
    const proto::Task task = proto::decode_task(accepted.body);
    EXPECT_EQ(task.kind, "collect");
    EXPECT_EQ(task.state, proto::TaskState::queued);
    EXPECT_EQ(accepted.header("location"), "/api/v1/tasks/" + task.id);
    const auto found = get("/api/v1/tasks/" + task.id);
    EXPECT_EQ(found.body, accepted.body);
    EXPECT_TRUE(test::conforms(found.body, schema_of("/api/v1/tasks/{id}", "get", "200")));
    EXPECT_EQ(get("/api/tasks/" + task.id).header("deprecation"), "@1764547200");
    redis::Client redis({.url = stores_.redis.url()});
    EXPECT_EQ(redis.command({"HGET", proto::task_key(task.id), "world"}).text(), "default");
    redis.command({"HSET", proto::task_key(task.id), "state", "done", "tick", "1765197240000"});
    EXPECT_EQ(get("/api/v1/tasks/" + task.id).body,
              R"({"id":")" + task.id + R"(","kind":"collect","state":"done","tick":"2025-12-08T12:34:00.000Z"})");
    redis.command({"FLUSHALL"});
    EXPECT_EQ(get("/api/v1/tasks/" + task.id).status, 404);
}

TEST_F(GatewayApp, RefusesTasksWhileTooManyAreQueued) {
    start();
    store();
    ASSERT_TRUE(answers(kDocument, 200));
    redis::Client redis({.url = stores_.redis.url()});
    redis.pipeline(std::vector<redis::Command>(10'000, {"XADD", std::string(proto::kTasksKey), "*", "id", "x"}));
    const auto refused = post("/api/v1/metrics/collect");
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.retry_after);
    redis.command({"DEL", proto::kTasksKey});
    EXPECT_EQ(post("/api/v1/metrics/collect").status, 202);
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

TEST_F(GatewayApp, ListsActiveAndResolvedAlerts) {
    const auto log = [this](int number, const std::string& id, const std::string& resolved_at) {
        proto::Alert alert = state_.alerts.front();
        alert.id = id;
        alert.state = proto::AlertState::resolved;
        alert.resolved_at = parse_rfc3339(resolved_at);
        const std::string at = std::to_string(number);
        stores_.postgres.run("insert into alert_log values ('default', " + at + ", '" + encode(alert) + "')");
        stores_.postgres.run("insert into alerts values ('default', '" + id + "', " + at +
                             ", 'x', 'info', '', 1, 1, 'resolved', '2025-12-01T00:00:00Z', '" + resolved_at + "')");
        return alert;
    };
    const auto older = log(4, "a", "2025-12-02T00:00:00.000Z");
    const auto newer = log(2, "b", "2025-12-03T00:00:00.000Z");
    const auto also_active = log(5, state_.alerts.front().id, "2025-12-01T00:00:00.000Z");
    start();
    store();
    ASSERT_TRUE(answers(kDocument, 200));
    const auto body = [this](const std::vector<proto::Alert>& alerts) {
        return encode_alerts(alerts, state_.timestamp);
    };
    EXPECT_EQ(get("/api/v1/alerts").body, body(state_.alerts));
    EXPECT_EQ(get("/api/v1/alerts?state=resolved").body, body({newer, older, also_active}));
    EXPECT_EQ(get("/api/v1/alerts?state=all").body, body({state_.alerts.front(), newer, older}))
        << "the database is ahead of the state";
    stores_.postgres.stop();
    EXPECT_EQ(get("/api/v1/alerts?state=resolved").status, 503);
    EXPECT_EQ(get("/api/v1/alerts?state=active").status, 200);
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
