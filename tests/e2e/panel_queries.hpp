#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace watchtower::test {

/// A query of grafana/ as it reaches the server when somebody looks at its dashboard.
struct PanelQuery {
    std::string file;  ///< "economy.json", "rules.yml"
    std::string panel;
    std::string ref;
    bool is_sql = false;    ///< else PromQL
    bool instant = false;   ///< of the end of the time range; else of all of it
    std::int64_t step = 0;  ///< seconds, of PromQL that is not instant
    std::string text;

    [[nodiscard]] std::string name() const { return file + ": " + panel + ": " + ref; }
};

/// When a dashboard is looked at: the time range in epoch seconds.
struct TimeRange {
    std::int64_t from = 0;
    std::int64_t to = 0;
};

/// The time until now.
[[nodiscard]] TimeRange last(std::chrono::seconds length);

/// The queries of `file`, or of all dashboards and Grafana's alert rules. `variables`: {"world": ["a", "b"], "player":
/// "c"}. Throws std::runtime_error with what is wrong where a query needs others or macros that there are none of.
[[nodiscard]] std::vector<PanelQuery> panel_queries(const nlohmann::json& variables,
                                                    TimeRange range,
                                                    const std::string& file = "");

/// The one with these; throws std::out_of_range that names it when there is none.
[[nodiscard]] const PanelQuery& find(const std::vector<PanelQuery>& queries,
                                     const std::string& file,
                                     const std::string& panel,
                                     const std::string& ref = "A");

}  // namespace watchtower::test
