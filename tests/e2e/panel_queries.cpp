#include "tests/e2e/panel_queries.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

TimeRange last(std::chrono::seconds length) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto to = std::chrono::duration_cast<std::chrono::seconds>(now).count() + 1;
    return {to - length.count(), to};
}

std::vector<PanelQuery> panel_queries(const nlohmann::json& variables, TimeRange range, const std::string& file) {
    const TemporaryFolder folder;
    const nlohmann::json given = {{"variables", variables}, {"from", range.from}, {"to", range.to}, {"file", file}};
    Process script({.command = {"python3", WATCHTOWER_DASHBOARD_QUERIES, given.dump()},
                    .environment = {{"PYTHONDONTWRITEBYTECODE", "1"}},
                    .output = folder.path() / "output",
                    .user = {},
                    .folder = {}});
    if (script.wait(std::chrono::seconds(60)) != 0) {
        throw std::runtime_error("dashboard_queries.py: " + script.output());
    }
    std::vector<PanelQuery> queries;
    for (const auto& query : nlohmann::json::parse(script.output())) {
        queries.push_back({.file = query.at("file"),
                           .panel = query.at("panel"),
                           .ref = query.at("ref"),
                           .is_sql = query.at("language") == "sql",
                           .instant = query.at("instant"),
                           .step = query.at("step"),
                           .text = query.at("text")});
    }
    return queries;
}

const PanelQuery& find(const std::vector<PanelQuery>& queries,
                       const std::string& file,
                       const std::string& panel,
                       const std::string& ref) {
    const auto found = std::find_if(queries.begin(), queries.end(), [&](const PanelQuery& query) {
        return query.file == file && query.panel == panel && query.ref == ref;
    });
    if (found == queries.end()) {
        throw std::out_of_range(file + ": " + panel + ": " + ref + ": no such query");
    }
    return *found;
}

}  // namespace watchtower::test
