#include "services/api-gateway/openapi.hpp"

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "services/api-gateway/dashboard.hpp"
#include "services/api-gateway/metric_history.hpp"
#include "services/api-gateway/player_history.hpp"
#include "tests/unit/api_gateway/gateway.hpp"
#include "tests/unit/api_gateway/schema.hpp"

namespace watchtower::gateway {
namespace {

using nlohmann::json;
using test::conforms;
using test::Gateway;
using test::Seen;

json description_of(Gateway& gateway) {
    return json::parse(gateway.get("/openapi.json").body);
}

json schema_of(const json& openapi, const std::string& path, const std::string& status = "200") {
    const json& content = openapi.at("paths").at(path).at("get").at("responses").at(status).at("content");
    return test::to_json_schema(openapi, content.begin()->at("schema"));
}

std::string media_type_of(const json& openapi, const std::string& path) {
    return openapi.at("paths").at(path).at("get").at("responses").at("200").at("content").begin().key();
}

TEST(OpenApi, TellsOfEveryRouteAndOfNothingElse) {
    Gateway gateway;
    std::set<std::string> served;
    for (const Endpoint& endpoint : gateway.table) {
        if (!endpoint.tag.empty()) {
            served.insert(endpoint.pattern);
            if (endpoint.pattern.starts_with(kVersionedPrefix)) {
                served.insert(unversioned(endpoint.pattern));
            }
        }
    }
    std::set<std::string> described;
    const json openapi = description_of(gateway);
    for (const auto& [path, item] : openapi.at("paths").items()) {
        described.insert(path);
        EXPECT_EQ(item.size(), 1U) << path;
        EXPECT_EQ(item.begin()->value("deprecated", false), is_unversioned(path)) << path;
    }
    EXPECT_EQ(described, served);
    EXPECT_EQ(openapi.at("openapi"), "3.1.0");
    EXPECT_FALSE(openapi.at("info").at("version").get<std::string>().empty());
}

TEST(OpenApi, DescribesEveryBodyThatIsAnswered) {
    Gateway gateway;
    gateway.show(test::hostile_state());
    const json openapi = description_of(gateway);
    int checked = 0;
    for (const auto& [path, item] : openapi.at("paths").items()) {
        const json& tag = item.begin()->at("tags").at(0);
        if (tag != "now" && tag != "service") {
            continue;  // without PostgreSQL and Redis there is none here
        }
        const Seen seen = gateway.get(path);
        ASSERT_EQ(seen.status, 200) << path;
        const std::string content_type = seen.header("Content-Type");
        EXPECT_EQ(content_type.substr(0, content_type.find(';')), media_type_of(openapi, path)) << path;
        if (media_type_of(openapi, path) == kJsonType) {
            EXPECT_TRUE(conforms(seen.body, schema_of(openapi, path))) << path;
            ++checked;
        }
    }
    EXPECT_GE(checked, 11);
}

TEST(OpenApi, DescribesStaleAndEmptyStates) {
    Gateway gateway;
    auto state = test::hostile_state();
    for (auto& section : state.sections) {
        section = {{}, proto::SectionError::timeout, 1};
    }
    state.document.nomads.reset();
    state.document.resources.reset();
    state.document.players = 12345;
    gateway.show({{"default", 0, std::make_shared<const proto::State>(state)}, {"empty", 1, nullptr}});
    const json openapi = description_of(gateway);
    for (const char* path : {"/api/v1/metrics/current", "/api/v1/metrics/pvp", "/api/v1/worlds", "/"}) {
        EXPECT_TRUE(conforms(gateway.get(path).body, schema_of(openapi, path))) << path;
    }
    const Seen missing = gateway.get("/api/v1/metrics/nomads");
    EXPECT_EQ(missing.status, 503);
    EXPECT_TRUE(conforms(missing.body, schema_of(openapi, "/api/v1/metrics/nomads", "503")));
}

TEST(OpenApi, ShowsExamplesThatAreWhatTheSchemasSay) {
    Gateway gateway;
    const json openapi = description_of(gateway);
    int checked = 0;
    for (const auto& [path, item] : openapi.at("paths").items()) {
        for (const auto& [status, response] : item.begin()->at("responses").items()) {
            for (const json& content : response.value("content", json::object())) {
                if (content.contains("example")) {
                    EXPECT_TRUE(
                        conforms(content.at("example").dump(), test::to_json_schema(openapi, content.at("schema"))))
                        << path << ' ' << status;
                    ++checked;
                }
            }
        }
    }
    EXPECT_GT(checked, 100);
}

TEST(OpenApi, TellsOfKeysAsTheyAreAskedFor) {
    for (const auto& [policy, reads, writes] : {std::tuple(KeyPolicy::none, false, false),
                                                std::tuple(KeyPolicy::write, false, true),
                                                std::tuple(KeyPolicy::all, true, true)}) {
        Gateway gateway({.keys = {"key"}, .policy = policy});
        const json openapi = description_of(gateway);
        const json& read = openapi.at("paths").at("/api/v1/worlds").at("get");
        const json& write = openapi.at("paths").at("/api/v1/metrics/collect").at("post");
        EXPECT_EQ(read.contains("security"), reads);
        EXPECT_EQ(read.at("responses").contains("401"), reads);
        EXPECT_EQ(write.contains("security"), writes);
        EXPECT_EQ(write.at("responses").contains("401"), writes);
    }
}

TEST(OpenApi, DescribesTheDashboard) {
    Gateway gateway;
    const json schema = schema_of(description_of(gateway), "/api/v1/dashboard/stats");
    const DashboardQuestion question{"default", test::kTick, std::chrono::seconds(3600)};
    DashboardStats stats;
    EXPECT_TRUE(conforms(encode(stats, question, test::kTick), schema)) << "nothing known";
    stats.active_players = 2;
    stats.total_actions = "7";
    stats.total_attacks = stats.successful_attacks = stats.destroyed_dwellings = "1";
    stats.gold_collected = "123456789012345678.000001";
    stats.top_players = {{"a\"b", "5", 0, "0", "0.25"}};
    stats.top_events = {{"raid", "2", "3"}};
    EXPECT_TRUE(conforms(encode(stats, question, test::kTick), schema));
    EXPECT_EQ(encode(stats, question, test::kTick),
              R"({"active_players":2,"total_actions":7,"avg_actions_per_player":3.5,)"
              R"("resources_collected":{"gold":123456789012345678.000001,"spice":0},)"
              R"("pvp_activity":{"total_attacks":1,"successful_attacks":1,"destroyed_dwellings":1},)"
              R"("top_players":[{"player_id":"a\"b","actions":5,"dwelling_level":0,)"
              R"("resources":{"gold":0,"spice":0.25}}],)"
              R"("top_events":[{"type":"raid","count":2,"affected_players":3}],)"
              R"("time_window":3600,"timestamp":"2025-12-08T12:34:00.000Z"})");
}

TEST(OpenApi, DescribesTasks) {
    Gateway gateway;
    const json openapi = description_of(gateway);
    const json& collect = openapi.at("paths").at("/api/v1/metrics/collect").at("post");
    EXPECT_TRUE(collect.at("responses").contains("202"));
    EXPECT_FALSE(collect.at("responses").contains("200"));
    EXPECT_TRUE(collect.contains("security"));
    EXPECT_FALSE(openapi.at("paths").at("/api/v1/tasks/{id}").at("get").contains("security"));
    const json schema = schema_of(openapi, "/api/v1/tasks/{id}");
    proto::Task task{"0123456789abcdef0123456789abcdef", "collect", proto::TaskState::queued, {}, {}};
    EXPECT_TRUE(conforms(encode(task), schema));
    task.state = proto::TaskState::done;
    task.tick = test::kTick;
    EXPECT_TRUE(conforms(encode(task), schema));
    task = {task.id, "erase", proto::TaskState::failed, {}, "postgres: not available"};
    EXPECT_TRUE(conforms(encode(task), schema));
}

TEST(OpenApi, DescribesHistories) {
    Gateway gateway;
    const json openapi = description_of(gateway);
    MetricHistory metric{
        {"actions.a\"b", Metric::Kind::counter, "actions"}, {test::kTick, std::chrono::hours(1), 3}, {}};
    metric.points = {"7", std::nullopt, "0.000001"};
    EXPECT_TRUE(conforms(encode(metric), schema_of(openapi, "/api/v1/metrics/history")));
    EXPECT_EQ(encode(metric),
              R"({"metric":"actions.a\"b","kind":"counter","step":3600,"points":[["2025-12-08T12:34:00.000Z",7],)"
              R"(["2025-12-08T13:34:00.000Z",null],["2025-12-08T14:34:00.000Z",0.000001]]})");

    const json schema = schema_of(openapi, "/api/v1/players/{player_id}/history");
    PlayerHistory player{"a\"b", std::chrono::seconds(60), std::nullopt, {}};
    EXPECT_EQ(encode(player), R"({"player_id":"a\"b","step":60,"before":null,"points":[]})");
    EXPECT_TRUE(conforms(encode(player), schema));
    player.before = {test::kTick, {"1", "2", "3.5", "4", "5", "6"}};
    player.points = {{*player.before, {"1", "2", "3", "4", "5", "6.25"}}};
    EXPECT_TRUE(conforms(encode(player), schema)) << encode(player);
    EXPECT_EQ(encode(player),
              R"({"player_id":"a\"b","step":60,"before":{"time":"2025-12-08T12:34:00.000Z","nomads":1,"actions":2,)"
              R"("gold":3.5,"spice":4,"dwellings":5,"highest_level":6},"points":[{"time":"2025-12-08T12:34:00.000Z",)"
              R"("nomads":1,"actions":2,"gold":3.5,"spice":4,"dwellings":5,"highest_level":6,"actions_added":1,)"
              R"("nomads_created":2,"gold_collected":3,"gold_spent":4,"spice_collected":5,"spice_spent":6.25}]})");
}

TEST(OpenApi, DescribesErrors) {
    Gateway gateway;
    const json openapi = description_of(gateway);
    const json problem = test::to_json_schema(openapi, openapi.at("components").at("schemas").at("Problem"));
    for (const char* target :
         {"/nothing", "/api/v1/alerts?state=open", "/api/v1/worlds?x=1", "/api/v1/snapshots/now"}) {
        const Seen seen = gateway.get(target);
        EXPECT_GE(seen.status, 400) << target;
        EXPECT_EQ(seen.header("Content-Type"), "application/problem+json") << target;
        EXPECT_TRUE(conforms(seen.body, problem)) << target;
    }
}

TEST(OpenApi, RefusesATableThatNamesWhatIsNotThere) {
    const Access access({}, KeyPolicy::none);
    const auto table_with = [](std::string_view schema) {
        return std::vector<Endpoint>{{.pattern = "/x", .tag = "x", .answer = {.schema = schema}}};
    };
    EXPECT_NO_THROW((void)openapi_document(table_with("Document"), access));
    EXPECT_THROW((void)openapi_document(table_with("Nothing"), access), Error);
}

TEST(Conforms, SeesWhatIsWrong) {
    Gateway gateway;
    const json schema = schema_of(description_of(gateway), "/api/v1/metrics/pvp");
    const std::string good =
        R"({"total_attacks":1,"successful_attacks":1,"destroyed_dwellings":0,"timestamp":"2025-12-08T12:34:00.000Z"})";
    EXPECT_TRUE(conforms(good, schema));
    EXPECT_FALSE(conforms(R"({"total_attacks":1})", schema));
    EXPECT_FALSE(conforms(std::string(good).replace(good.find(":1"), 2, ":-1"), schema));
    EXPECT_FALSE(conforms(std::string(good).insert(1, R"("more":1,)"), schema));
}

}  // namespace
}  // namespace watchtower::gateway
