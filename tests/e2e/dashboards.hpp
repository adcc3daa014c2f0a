#pragma once

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include "tests/e2e/dashboard_truth.hpp"
#include "tests/e2e/panel_queries.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

/// What a dashboard looks back to, and how long a test waits for what must come.
inline constexpr std::chrono::seconds kRange{3600};
inline constexpr std::chrono::seconds kPatience{60};

/// One name is the beginning of the other, and has what a regular expression could take for something else.
inline const std::vector<std::string> kWorlds = {"north", "north-2"};
inline const std::vector<std::string> kJobs = {"collector", "api-gateway", "exporter", "publisher"};
inline const std::string kAwkwardPlayer = R"(O'Neil "the \ one" $1 ${world} é%_ --;)";

/// Everything that stands behind the dashboards, with two exporters that show the same.
class Dashboards : public testing::Test {
protected:
    Service::Options options(const char* listener, const std::string& role = "watchtower_reader") const;

    [[nodiscard]] std::string write_worlds() const;

    /// What the simulator knows now.
    [[nodiscard]] Truth truth(const std::vector<std::string>& worlds);

    /// Whether each world's newest snapshot has the simulator's numbers, now or soon.
    testing::AssertionResult truth_is_stored();

    /// Asks PostgreSQL as Grafana does; throws pqxx::sql_error.
    [[nodiscard]] pqxx::result sql(const std::string& text) const;

    /// How many series or rows a query gives.
    [[nodiscard]] std::size_t size(const PanelQuery& query, TimeRange range);

    /// The queries that give nothing or fail, a line each. `language`: only those.
    [[nodiscard]] std::string silent(const nlohmann::json& variables, const std::string& language = "");

    /// What a query shows of the series with these labels; NaN when there is none. There must not be several.
    [[nodiscard]] double shown(const std::string& expression, const std::map<std::string, std::string>& labels);

    /// The panels that show other numbers than they must, a line each.
    [[nodiscard]] std::string wrong(const std::vector<std::string>& worlds, const std::vector<Expected>& all);

    /// Whether none is wrong, now or soon.
    testing::AssertionResult shows(const std::vector<std::string>& worlds, const std::vector<Expected>& all);

    /// "Where it came from and went" must be what the simulator says of the world.
    void expect_the_books_of(const std::string& world);

    /// Each player that a table lists must have the simulator's numbers.
    void expect_the_players_of(const std::string& world);

    /// Whether the players with series of their own have them, too, now or soon.
    testing::AssertionResult shows_the_top_players_of(const std::string& world);

    /// What the ticks added, event by event, must be all that there was.
    void expect_the_events_of(const std::string& world);

    /// What a rule of Grafana compares with its threshold: of Prometheus without labels, of PostgreSQL by its text
    /// columns.
    [[nodiscard]] std::map<std::string, double> judged(const std::string& rule);

    /// Rows that take a day or a cheater to come by themselves, of a player whose name is anything but plain.
    void give_every_table_a_row();

    TemporaryFolder folder_;
    PostgresServer postgres_;
    RedisServer redis_;
    NatsServer nats_;
    Simulator simulator_{{.flags = {{"sim-worlds", "north,north-2"}, {"sim-players", "40"}, {"sim-warmup", "900"}}}};
    std::string worlds_file_ = write_worlds();
    Service collector_{"collector", options("management-port", "watchtower")};
    Service gateway_{"api-gateway", options("port")};
    Service exporter_{"exporter", options("port")};
    Service other_exporter_{"exporter", options("port")};
    Service publisher_{"publisher", options("management-port")};
    PrometheusServer prometheus_{{.targets = {{"collector", {collector_.port()}},
                                              {"api-gateway", {gateway_.port_of("management-port")}},
                                              {"exporter", {exporter_.port(), other_exporter_.port()}},
                                              {"publisher", {publisher_.port()}}},
                                  .rule_files = {WATCHTOWER_RULES}}};
};

}  // namespace watchtower::test
