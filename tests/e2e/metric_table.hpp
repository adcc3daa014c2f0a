#pragma once

#include <map>
#include <set>
#include <string>

namespace watchtower::test {

/// What Prometheus text says of a family beside its numbers.
struct MetricFamily {
    std::string type;              ///< "counter", "gauge", "histogram"
    std::string help;              ///< still escaped
    std::set<std::string> labels;  ///< names, without those that come with the type ("le")
    std::set<std::string> processes;

    bool operator==(const MetricFamily&) const = default;
};

/// By name.
using MetricTable = std::map<std::string, MetricFamily>;

/// Adds the families of one process's Prometheus text. Throws std::runtime_error when a family there has another type
/// or HELP than in the table, or a sample belongs to none.
void add_families(MetricTable& table, const std::string& process, const std::string& text);

/// A Markdown table for each prefix of names, in a fixed order.
[[nodiscard]] std::string to_markdown(const MetricTable& table);

}  // namespace watchtower::test
