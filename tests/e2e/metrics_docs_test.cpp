#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/e2e/metric_table.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/promtool.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"

namespace watchtower::test {
namespace {

using std::chrono::seconds;

constexpr const char* kMark = "<!-- From here on made of what the processes show: make docs renews it. -->\n";

std::string read_file(const std::string& path) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Every process, beside a game in which everything has happened.
class MetricsDocs : public testing::Test {
protected:
    Service::Options options(const char* listener, const std::string& role = "watchtower_reader") const {
        return {.environment = {{"CCC_API_URL", simulator_.url()},
                                {"METRICS_COLLECTION_INTERVAL", "1"},
                                {"PUBLISH_INTERVAL", "1"},
                                {"DATABASE_URL", postgres_.url("watchtower", role)},
                                {"REDIS_URL", redis_.url()},
                                {"NATS_URL", nats_.url()}},
                .listener = listener,
                .wait_for = "/health"};
    }

    std::map<std::string, std::string> texts() {
        return {{"collector", collector_.get("/metrics").body},
                {"api-gateway", gateway_.get("/metrics").body},
                {"exporter", exporter_.get("/metrics").body},
                {"publisher", publisher_.get("/metrics").body},
                {"ccc-simulator", simulator_.get("/metrics").body}};
    }

    /// Of what begins in its time (series of worlds, dependencies, kinds of events) what is still missing.
    static std::string missing(const std::map<std::string, std::string>& texts) {
        const std::pair<const char*, const char*> late[] = {
            {"api-gateway", "watchtower_state_age_seconds{"},
            {"api-gateway", "watchtower_http_requests_total{"},
            {"ccc-simulator", "watchtower_http_requests_total{"},
            {"collector", "watchtower_dependency_up{dependency=\"nats\"}"},
            {"exporter", "ccc_events_triggered_total{"},
            {"exporter", "ccc_pvp_actions_total{"},
            {"exporter", "watchtower_http_requests_total{"},
            {"publisher", "watchtower_state_age_seconds{"},
            {"publisher", "watchtower_last_publication_timestamp_seconds{"}};
        for (const auto& [process, sample] : late) {
            if (texts.at(process).find(std::string("\n") + sample) == std::string::npos) {
                return std::string(process) + ": " + sample;
            }
        }
        return "";
    }

    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator simulator_{{.flags = {{"sim-players", "60"}, {"sim-warmup", "900"}}}};
    Service collector_{"collector", options("management-port", "watchtower")};
    Service gateway_{"api-gateway", options("management-port")};
    Service exporter_{"exporter", options("port")};
    Service publisher_{"publisher", options("management-port")};
};

TEST_F(MetricsDocs, AreWhatTheProcessesShowAndPromtoolHasNothingToSay) {
    (void)http::Client().get("http://127.0.0.1:" + std::to_string(gateway_.port_of("port")) + "/health", {});
    std::map<std::string, std::string> shown;
    ASSERT_TRUE(eventually(
        seconds(60),
        [&] {
            shown = texts();
            return missing(shown).empty();
        },
        [&] { return missing(shown); }));
    MetricTable table;
    for (const auto& [process, text] : shown) {
        EXPECT_TRUE(promtool_accepts(text)) << process;
        add_families(table, process, text);
    }
    const std::string path = WATCHTOWER_METRICS_DOCS;
    const std::string committed = read_file(path);
    const auto mark = committed.find(kMark);
    ASSERT_NE(mark, std::string::npos) << path << " has no line " << kMark;
    const std::string made = committed.substr(0, mark) + kMark + "\n" + to_markdown(table);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing else runs
    if (std::getenv("WATCHTOWER_WRITE_DOCS") != nullptr) {
        std::ofstream(path) << made;
        return;
    }
    EXPECT_EQ(committed, made) << path << " is not what the processes show; make docs renews it";
}

}  // namespace
}  // namespace watchtower::test
