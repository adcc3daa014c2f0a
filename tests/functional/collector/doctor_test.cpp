#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "common/nats/client.hpp"
#include "common/redis/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

/// A collector with all that it needs as it should be, and the command that looks at it.
class Doctor : public testing::Test {
protected:
    Doctor() {
        nats_client_.wait_connected(seconds(30));
        nats_client_.ensure_stream(stream(std::chrono::minutes(62)));
        EXPECT_TRUE(eventually(seconds(60), [&] { return postgres_.ask("select count(*) from snapshots") != "0"; }));
    }

    static nats::StreamOptions stream(seconds window) {
        return {.name = "WATCHTOWER",
                .subjects = {"metrics.watchtower"},
                .max_age = std::chrono::hours(7 * 24),
                .duplicate_window = window};
    }

    [[nodiscard]] std::map<std::string, std::string> environment() const {
        return {{"CCC_API_URL", simulator_.url()},
                {"METRICS_COLLECTION_INTERVAL", "300"},
                {"CCC_REQUEST_TIMEOUT", "5"},
                {"DATABASE_URL", postgres_.url()},
                {"REDIS_URL", redis_.url()},
                {"NATS_URL", nats_.url()},
                {"LOG_FORMAT", "json"}};
    }

    /// The collector ticks often, so that it is soon done; the command is told that it does so seldom, and finds every
    /// tick new enough.
    [[nodiscard]] Service::Options collector_options() const {
        auto settings = environment();
        settings["METRICS_COLLECTION_INTERVAL"] = "0.5";
        return {.environment = settings, .listener = "management-port", .wait_for = "/ready"};
    }

    [[nodiscard]] static Ended run(const std::vector<std::string>& arguments,
                                   std::map<std::string, std::string> environment) {
        std::vector<std::string> command = {
            std::filesystem::read_symlink("/proc/self/exe").parent_path() / "watchtower-collector", "doctor"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const TemporaryFolder folder;
        Process process({.command = std::move(command),
                         .environment = std::move(environment),
                         .output = folder.path() / "output",
                         .user = {},
                         .folder = folder.path()});
        const auto code = process.wait(seconds(60));
        return {code, process.output()};
    }

    /// What it says of one check, "verdict: what -> advice", and how it ended.
    [[nodiscard]] std::string says_of(const std::string& check, std::map<std::string, std::string> changed = {}) const {
        changed.merge(environment());
        const Ended ended = run({"--json"}, changed);
        const auto report = nlohmann::json::parse(ended.output.substr(ended.output.find("{\"verdict\"")));
        constexpr std::array kCodes = {"ok", "warning", "failed"};
        EXPECT_EQ(report.at("verdict"), kCodes.at(static_cast<std::size_t>(ended.code.value_or(2)))) << ended.output;
        for (const auto& finding : report.at("checks")) {
            if (finding.at("check") == check) {
                const std::string verdict = finding.at("verdict");
                EXPECT_EQ(finding.contains("advice"), verdict != "ok") << finding;
                return verdict + ": " + finding.at("what").get<std::string>();
            }
        }
        return "no such check: " + ended.output;
    }

    void redis(std::initializer_list<std::string_view> words) { (void)redis_client_.command(words); }

    PostgresServer postgres_{{.durable = true, .settings = {}}};
    RedisServer redis_{{.append_only = true, .arguments = {"--appendfsync", "always"}}};
    NatsServer nats_{{.jetstream = true}};
    Simulator simulator_{{.flags = {{"sim-players", "20"}, {"sim-warmup", "300"}}}};
    redis::Client redis_client_{{.url = redis_.url()}};
    nats::Client nats_client_{{.url = nats_.url()}};
    Service collector_{"collector", collector_options()};
};

testing::AssertionResult begins(const std::string& text, const std::string& with) {
    return text.starts_with(with)
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << "'" << text << "' does not begin with '" << with << "'";
}

TEST_F(Doctor, FindsNothingWhereAllIsWell) {
    const Ended ended = run({}, environment());
    EXPECT_EQ(ended.code, 0) << ended.output;
    for (const char* const part :
         {"0 to look at, 0 failed\n", "PostgreSQL 15", "Redis 7", "/combat/stats", "simulated"}) {
        EXPECT_NE(ended.output.find(part), std::string::npos) << part << " in " << ended.output;
    }
    EXPECT_TRUE(begins(says_of("owner of default"), "ok: "));
}

TEST_F(Doctor, LooksAtEverythingElseWhenOneIsAway) {
    postgres_.stop();
    EXPECT_TRUE(begins(says_of("postgres"), "failed: "));
    EXPECT_TRUE(begins(says_of("postgres schema"), "failed: not known"));
    EXPECT_NE(run({}, environment()).output.find("not known, see postgres\n"), std::string::npos);
    EXPECT_TRUE(begins(says_of("redis memory"), "ok: "));
    const std::map<std::string, std::string> impatient = {{"CCC_REQUEST_TIMEOUT", "1"}};
    redis_.stop();
    nats_.stop();
    simulator_.stop();
    EXPECT_TRUE(begins(says_of("redis", impatient), "failed: "));
    EXPECT_TRUE(begins(says_of("nats", impatient), "failed: "));
    EXPECT_TRUE(begins(says_of("game default /nomads", impatient), "failed: network_error"));
}

TEST_F(Doctor, EndsSoonWhateverHangs) {
    postgres_.freeze();
    redis_.freeze();
    nats_.freeze();
    simulator_.freeze();
    const Ended ended = run({}, environment());
    EXPECT_EQ(ended.code, 2) << ended.output;
    EXPECT_NE(ended.output.find("game default /events"), std::string::npos) << ended.output;
    postgres_.thaw();
}

TEST_F(Doctor, KnowsWhatMayBeWrongWithPostgres) {
    collector_.stop();
    postgres_.run("insert into schema_migrations (version, name, checksum) values (999, 'later', 'x')");
    EXPECT_TRUE(begins(says_of("postgres schema"), "warning: version 999, newer"));
    postgres_.run("delete from schema_migrations where version > 1");
    EXPECT_TRUE(begins(says_of("postgres schema"), "warning: version 1, migrations from 2 to "));
    postgres_.run("update schema_migrations set checksum = 'x'");
    EXPECT_TRUE(begins(says_of("postgres schema"), "failed: migration 1"));
    postgres_.run("revoke select on snapshots from watchtower_reader");
    EXPECT_TRUE(begins(says_of("postgres readers"), "failed: watchtower_reader may not read snapshots"));
    postgres_.run(
        "do $$ begin execute 'drop table snapshots_' || to_char((now() + '1 day') at time zone 'utc', 'YYYYMMDD'); end "
        "$$");
    EXPECT_TRUE(begins(says_of("postgres partitions"), "warning: missing: snapshots_"));
    postgres_.run("update worlds set last_tick = now() - interval '1 day'");
    EXPECT_TRUE(begins(says_of("ticks of default"), "warning: the newest tick is of "));
    postgres_.run("alter database watchtower set synchronous_commit = off");
    EXPECT_TRUE(begins(says_of("postgres durability"), "warning: off: synchronous_commit"));
    postgres_.run("alter database watchtower set default_transaction_read_only = on");
    EXPECT_TRUE(begins(says_of("postgres writing"), "failed: default_transaction_read_only"));
}

TEST_F(Doctor, KnowsAnEmptyDatabaseAndALimitedRole) {
    postgres_.create_database("fresh");
    const std::map<std::string, std::string> fresh = {{"DATABASE_URL", postgres_.url("fresh")}};
    EXPECT_TRUE(begins(says_of("postgres schema", fresh), "warning: version 0, migrations from 1 to "));
    EXPECT_TRUE(begins(says_of("ticks of default", fresh), "warning: nothing was ever stored"));
    EXPECT_TRUE(begins(says_of("nats payload", fresh), "ok: "));
    EXPECT_TRUE(
        begins(says_of("postgres writing", {{"DATABASE_URL", postgres_.url("watchtower", "watchtower_reader")}}),
               "failed: this role may not create tables"));
}

TEST_F(Doctor, KnowsWhatMayBeWrongWithRedis) {
    collector_.stop();
    redis({"HSET", "watchtower:outbox:default", "1", "x"});
    EXPECT_TRUE(begins(says_of("outbox of default"), "warning: 1 ticks wait"));
    EXPECT_TRUE(begins(says_of("owner of default"), "warning: "));
    redis({"CONFIG", "SET", "maxmemory", "100mb"});
    EXPECT_TRUE(begins(says_of("redis memory"), "warning: "));
    redis({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    EXPECT_TRUE(begins(says_of("redis memory"), "failed: "));
    redis({"CONFIG", "SET", "appendfsync", "everysec"});
    EXPECT_TRUE(begins(says_of("redis persistence"), "warning: an append-only file, with"));
    redis({"CONFIG", "SET", "appendonly", "no"});
    EXPECT_TRUE(begins(says_of("redis persistence"), "warning: no append-only file"));
    redis({"REPLICAOF", "127.0.0.1", "1"});
    EXPECT_TRUE(begins(says_of("redis"), "failed: "));
    EXPECT_TRUE(begins(says_of("redis writing"), "failed: "));
    const RedisServer cluster({.arguments = {"--cluster-enabled", "yes"}});
    EXPECT_NE(says_of("redis", {{"REDIS_URL", cluster.url()}}).find("in cluster mode"), std::string::npos);
}

TEST_F(Doctor, KnowsWhatMayBeWrongWithNats) {
    nats_client_.ensure_stream(stream(std::chrono::minutes(2)));
    EXPECT_TRUE(begins(says_of("nats stream"), "warning: WATCHTOWER keeps"));
    const NatsServer without({.jetstream = true});
    EXPECT_TRUE(begins(says_of("nats stream", {{"NATS_URL", without.url()}}), "warning: there is no stream"));
    const NatsServer closed({.user = "somebody", .password = "secret"});
    const std::string refused = says_of("nats", {{"NATS_URL", "nats://127.0.0.1:" + std::to_string(closed.port())}});
    EXPECT_NE(refused.find("uthorization"), std::string::npos) << refused;
    const NatsServer plain({.max_payload_bytes = 100});
    EXPECT_TRUE(begins(says_of("nats stream", {{"NATS_URL", plain.url()}}), "warning: the server has no JetStream"));
    EXPECT_TRUE(begins(says_of("nats payload", {{"NATS_URL", plain.url()}}), "failed: up to 100 bytes"));
}

TEST_F(Doctor, KnowsWhatMayBeWrongWithTheGame) {
    collector_.stop();
    const auto with = [&](const std::string& fault) { simulator_.set_faults("[" + fault + "]"); };
    with(R"({"kind":"status","status":401,"section":"nomads"})");
    EXPECT_TRUE(begins(says_of("game default /nomads"), "failed: unauthorized"));
    EXPECT_TRUE(begins(says_of("game default /resources"), "ok: 20 records, 1 pages"));
    with(R"({"kind":"invalid_json","section":"pvp"})");
    EXPECT_TRUE(begins(says_of("game default /combat/stats"), "failed: invalid_body"));
    with(R"({"kind":"bad_records","records":3,"section":"dwellings"})");
    EXPECT_TRUE(begins(says_of("game default /dwellings"), "warning: "));
    with(R"({"kind":"no_answer","milliseconds":60000,"section":"events"})");
    EXPECT_TRUE(begins(says_of("game default /events", {{"CCC_REQUEST_TIMEOUT", "0.5"}}), "failed: "));
    EXPECT_TRUE(
        begins(says_of("game default /nomads", {{"CCC_API_URL", simulator_.url() + "/nowhere"}}), "failed: not_found"));
}

TEST_F(Doctor, ComparesTheClocks) {
    const TemporaryFolder folder;
    const auto shifted = [&](std::chrono::nanoseconds by) -> std::map<std::string, std::string> {
        const std::int64_t count = by.count();
        std::string bytes(sizeof count, '\0');
        std::memcpy(bytes.data(), &count, sizeof count);
        return {{"LD_PRELOAD", WATCHTOWER_CLOCK_SHIFT_LIBRARY},
                {"WATCHTOWER_CLOCK_SHIFT", folder.write("shift", bytes)}};
    };
    for (const char* const check : {"postgres clock", "redis clock", "game default clock"}) {
        EXPECT_TRUE(begins(says_of(check), "ok: ")) << check;
        EXPECT_TRUE(begins(says_of(check, shifted(seconds(120))), "failed: this machine's clock is 1")) << check;
        EXPECT_NE(says_of(check, shifted(-seconds(120))).find(" ms behind "), std::string::npos) << check;
    }
}

TEST_F(Doctor, TellsNoSecret) {
    std::map<std::string, std::string> environment = {{"DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/db"},
                                                      {"REDIS_URL", "redis://u:hunter2@127.0.0.1:1/0"},
                                                      {"NATS_URL", "nats://u:hunter2@127.0.0.1:1"},
                                                      {"CCC_API_URL", "http://u:hunter2@127.0.0.1:1"},
                                                      {"CCC_API_KEY", "hunter2"},
                                                      {"CCC_REQUEST_TIMEOUT", "1"}};
    for (const auto& arguments : {std::vector<std::string>{}, {"--json"}}) {
        const Ended ended = run(arguments, environment);
        EXPECT_EQ(ended.code, 2);
        EXPECT_NE(ended.output.find("postgres"), std::string::npos) << ended.output;
        EXPECT_EQ(ended.output.find("hunter2"), std::string::npos) << ended.output;
    }
}

TEST(DoctorOptions, AreThoseOfTheCollector) {
    const Ended ended = run_to_end("collector", {"doctor", "--nonsense"}, {{"CCC_API_URL", ""}});
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.output.find("--nonsense"), std::string::npos) << ended.output;
    EXPECT_NE(ended.output.find("CCC_API_URL"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace watchtower::test
