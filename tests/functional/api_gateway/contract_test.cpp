#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/process.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

/// Every answer of a gateway is compared with the description it serves: contract/check.mjs does, in Node.js with ajv.
class Contract : public testing::Test {
protected:
    [[nodiscard]] Service collect() const {
        auto options = environment("watchtower");
        options["CCC_API_URL"] = game_.url();
        return Service("collector",
                       {.environment = std::move(options), .listener = "management-port", .wait_for = "/ready"});
    }

    [[nodiscard]] Service serve(const std::map<std::string, std::string>& more) const {
        auto all = environment("watchtower_reader");
        all.insert(more.begin(), more.end());
        return Service("api-gateway", {.environment = std::move(all), .wait_for = "/health"});
    }

    static testing::AssertionResult knows_the_world(Service& gateway) {
        return eventually(
            seconds(30), [&] { return gateway.get("/ready").status == 200; }, [&] { return gateway.output(); });
    }

    /// As if every player of the world were suspected.
    void accuse_everybody() const {
        postgres_.run(
            "insert into suspects select world, 'gold', player_id, 'open', true, 3.5, '{\"rule\":\"outlier\","
            "\"value\":4200,\"limit\":1200,\"median\":60.5,\"mad\":0.5,\"players\":9412,\"actions\":24,"
            "\"from\":\"2025-12-08T11:00:00.012Z\",\"until\":\"2025-12-08T12:00:00.008Z\"}', now(), now(),"
            " null, null from player_current");
    }

    testing::AssertionResult holds(const Service& gateway, const std::string& weather, const std::string& key) {
        return passes("check.mjs", {address(gateway, "http://127.0.0.1:"), weather, key});
    }

    /// Runs a script of contract/ in Node.js to its end.
    testing::AssertionResult passes(const std::string& script, const std::vector<std::string>& arguments) {
        std::vector<std::string> command = {"node", std::string(WATCHTOWER_CONTRACT_SCRIPTS) + "/" + script};
        command.insert(command.end(), arguments.begin(), arguments.end());
        Process process({.command = command,
                         .environment = {},
                         .output = folder_.path() / ("script-" + std::to_string(++scripts_)),
                         .user = "",
                         .folder = ""});
        const auto code = process.wait(seconds(200));
        if (code == 0) {
            std::cout << process.output();  // which statuses were seen of what
            return testing::AssertionSuccess();
        }
        return testing::AssertionFailure() << process.output();
    }

    static std::string address(const Service& service, const std::string& before) {
        return before + std::to_string(service.port());
    }

    TemporaryFolder folder_;
    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator game_{{.flags = {{"sim-players", "60"}, {"sim-warmup", "900"}}}};

    [[nodiscard]] std::map<std::string, std::string> environment(const std::string& role) const {
        return {{"METRICS_COLLECTION_INTERVAL", "1"},
                {"DATABASE_URL", postgres_.url("watchtower", role)},
                {"REDIS_URL", redis_.url()},
                {"NATS_URL", nats_.url()},
                {"MANAGEMENT_PORT", "0"}};
    }

    int scripts_ = 0;
};

TEST_F(Contract, HoldsWhileAllIsWell) {
    const Service collector = collect();
    Service gateway = serve({{"API_KEY", "k1,k2"}});
    ASSERT_TRUE(knows_the_world(gateway));
    accuse_everybody();
    EXPECT_TRUE(holds(gateway, "fine", "k2"));
}

TEST_F(Contract, HoldsWhereEverythingNeedsAKey) {
    const Service collector = collect();
    Service gateway = serve({{"API_KEY", "k1"}, {"API_AUTH", "all"}});
    ASSERT_TRUE(knows_the_world(gateway));
    accuse_everybody();
    EXPECT_TRUE(holds(gateway, "fine", "k1"));
    Service locked = serve({{"API_AUTH", "none"}});
    ASSERT_TRUE(knows_the_world(locked));
    EXPECT_TRUE(holds(locked, "fine", ""));
}

TEST_F(Contract, HoldsWhereRequestsAreLimited) {
    const Service collector = collect();
    Service gateway = serve({{"API_KEY", "k1"}, {"RATE_LIMIT", "5"}});
    ASSERT_TRUE(knows_the_world(gateway));
    accuse_everybody();
    EXPECT_TRUE(holds(gateway, "limited", "k1"));
}

TEST_F(Contract, HoldsBeforeTheFirstTickAndWithoutAStore) {
    const Service empty = serve({{"API_KEY", "k1"}});
    EXPECT_TRUE(holds(empty, "foul", "k1"));
    const Service collector = collect();
    Service gateway = serve({{"API_KEY", "k1"}});
    ASSERT_TRUE(knows_the_world(gateway));
    accuse_everybody();
    postgres_.stop();
    EXPECT_TRUE(holds(gateway, "foul", "k1"));
    redis_.kill();
    EXPECT_TRUE(holds(gateway, "foul", "k1"));
}

TEST_F(Contract, IsShownByExamplesThatWorkAsPrinted) {
    const Service collector = collect();
    Service gateway = serve({{"API_KEY", "k1"}});
    auto exporter_options = environment("watchtower_reader");
    exporter_options.erase("MANAGEMENT_PORT");
    const Service exporter("exporter", {.environment = exporter_options, .wait_for = "/ready"});
    ASSERT_TRUE(knows_the_world(gateway));
    accuse_everybody();
    std::filesystem::create_directories(folder_.path() / ".run/secrets");
    (void)folder_.write(".run/secrets/api_key", "k1\n");
    (void)folder_.write(".run/secrets/watchtower_reader_url", postgres_.url("watchtower", "watchtower_reader") + "\n");
    for (const std::string file : {"README.md", "docs/api.md"}) {
        EXPECT_TRUE(passes("examples.mjs",
                           {std::string(WATCHTOWER_SOURCE_FOLDER) + "/" + file,
                            folder_.path().string(),
                            address(gateway, "localhost:8000=127.0.0.1:"),
                            "localhost:8900=" + game_.url().substr(std::string("http://").size()),
                            address(exporter, "localhost:9203=127.0.0.1:")}));
    }
}

}  // namespace
}  // namespace watchtower::test
