#include <functional>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/sample_state.hpp"
#include "tests/support/service.hpp"
#include "tests/support/stream_client.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kDeadline{30};

/// What may happen to a store.
struct Fault {
    const char* name;
    std::function<void(WorldStores&)> begin;
    std::function<void(WorldStores&)> end;
};

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.name;
}

/// A gateway all of whose documented GET routes are asked.
class GatewayFaults : public testing::TestWithParam<Fault> {
protected:
    GatewayFaults() {
        stores_.store(state_);
        stores_.put(state_);
    }

    [[nodiscard]] static std::vector<std::string> targets(Service& gateway) {
        std::vector<std::string> all;
        const json openapi = json::parse(gateway.get("/openapi.json").body);
        for (const auto& [path, item] : openapi.at("paths").items()) {
            if (!item.contains("get") || path.ends_with("/stream")) {
                continue;
            }
            std::string target = path;
            std::string query;
            for (const json& one : item.at("get").value("parameters", json::array())) {
                const std::string name = one.at("name");
                const std::string value = one.contains("example") ? one.at("example").get<std::string>() : "";
                if (const auto brace = target.find("{" + name + "}"); brace != std::string::npos) {
                    target.replace(brace, name.size() + 2, value);
                } else if (one.value("required", false)) {
                    query.append(query.empty() ? "?" : "&").append(name).append("=").append(value);
                }
            }
            all.push_back(target + query);
        }
        return all;
    }

    /// Each is answered, well or as what cannot be had at present, and tells nothing of the inside.
    static void ask_everything(Service& gateway, const std::vector<std::string>& targets) {
        for (const std::string& target : targets) {
            const auto answer = gateway.get(target);
            EXPECT_THAT(answer.status, testing::AnyOf(200, 404, 503)) << target << ' ' << answer.body;
            if (answer.status == 503) {
                EXPECT_TRUE(answer.retry_after) << target;
                EXPECT_EQ(answer.header("content-type"), "application/problem+json") << target;
                for (const char* inside :
                     {"127.0.0.1", "timeout", "hiredis", "libpq", "refused", "select", "EVALSHA"}) {
                    EXPECT_THAT(answer.body, Not(HasSubstr(inside))) << target;
                }
            }
        }
    }

    const proto::State state_ = sample_state("default", tick_at_or_before(SystemClock().now(), seconds(1)));
    WorldStores stores_;
};

TEST_P(GatewayFaults, ServesWhatItCanAndSaysWhatItCannot) {
    Service gateway("api-gateway",
                    {.environment = {{"DATABASE_URL", stores_.reader_url()},
                                     {"REDIS_URL", stores_.redis.url()},
                                     {"NATS_URL", stores_.nats.url()},
                                     {"API_AUTH", "none"},
                                     {"RATE_LIMIT", "100000"},
                                     {"MANAGEMENT_PORT", "0"}}});
    ASSERT_TRUE(eventually(kDeadline, [&] { return gateway.get("/ready").status == 200; }));
    const auto all = targets(gateway);
    ASSERT_GT(all.size(), 20U);
    StreamClient listener(gateway.port(), "/api/v1/stream");
    listener.names(1);
    GetParam().begin(stores_);
    for (int round = 0; round < 2; ++round) {
        ask_everything(gateway, all);
    }
    for (const char* path :
         {"/api/v1/metrics/current", "/api/v1/metrics/pvp", "/api/v1/worlds", "/ready", "/metrics"}) {
        EXPECT_EQ(gateway.get(path).status, 200) << path;
    }
    const auto document = gateway.get("/api/v1/metrics/current");
    EXPECT_EQ(document.header("watchtower-tick"), to_epoch_seconds(state_.tick));
    EXPECT_THAT(std::string(document.header("cache-control").value_or("")), HasSubstr("max-age="));
    GetParam().end(stores_);
    auto next = state_;
    next.tick += seconds(1);
    stores_.put(next);
    EXPECT_NO_THROW(listener.names(2)) << "listeners go on";
    EXPECT_TRUE(
        eventually(kDeadline, [&] { return gateway.get("/api/v1/tasks/" + std::string(32, '0')).status == 404; }));
    EXPECT_TRUE(eventually(
        kDeadline, [&] { return gateway.get("/api/v1/snapshots/" + to_epoch_seconds(state_.tick)).status == 200; }));
}

INSTANTIATE_TEST_SUITE_P(
    Stores,
    GatewayFaults,
    testing::Values(Fault{"postgresql_dead",
                          [](auto& s) {
                              s.postgres.run("checkpoint");  // a test's server does not write what it commits at once
                              s.postgres.kill();
                          },
                          [](auto& s) { s.postgres.start(); }},
                    Fault{
                        "postgresql_frozen", [](auto& s) { s.postgres.freeze(); }, [](auto& s) { s.postgres.thaw(); }},
                    Fault{"redis_dead", [](auto& s) { s.redis.kill(); }, [](auto& s) { s.redis.start(); }},
                    Fault{"redis_frozen", [](auto& s) { s.redis.freeze(); }, [](auto& s) { s.redis.thaw(); }},
                    Fault{"nats_dead", [](auto& s) { s.nats.kill(); }, [](auto& s) { s.nats.start(); }},
                    Fault{"nats_frozen", [](auto& s) { s.nats.freeze(); }, [](auto& s) { s.nats.thaw(); }}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace watchtower::test
