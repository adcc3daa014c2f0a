#include "tests/e2e/metric_table.hpp"

#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace watchtower::test {

namespace {

struct Chapter {
    std::string_view prefix;
    std::string_view title;
};
constexpr Chapter kChapters[] = {
    {"ccc_", "The game, and asking it"}, {"watchtower_", "The services"}, {"process_", "The processes"}};

/// What the name's end says of the numbers.
std::string unit_of(std::string_view name) {
    if (name.ends_with("_total")) {
        name.remove_suffix(std::string_view("_total").size());
    }
    if (name.ends_with("_timestamp_seconds") || name.ends_with("_time_seconds")) {
        return "seconds since 1970";
    }
    if (name.ends_with("_seconds")) {
        return "seconds";
    }
    return name.ends_with("_bytes") ? "bytes" : "";
}

/// The family of a sample: its own name, or without what a histogram adds to it.
std::string family_of(const MetricTable& table, const std::string& name) {
    for (const std::string_view suffix : {"", "_bucket", "_sum", "_count"}) {
        if (name.ends_with(suffix)) {
            const std::string family = name.substr(0, name.size() - suffix.size());
            const auto found = table.find(family);
            if (found != table.end() && (suffix.empty() || found->second.type == "histogram")) {
                return family;
            }
        }
    }
    throw std::runtime_error("sample " + name + " belongs to no family");
}

/// {name="any \" text",other="…"}: the names.
std::vector<std::string> label_names(const std::string& labels) {
    std::vector<std::string> names;
    std::string name;
    bool quoted = false;
    for (std::size_t i = 1; i < labels.size(); ++i) {
        const char c = labels[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '=') {
            names.push_back(name);
            name.clear();
        } else if (c == '}') {
            break;
        } else if (c != ',') {
            name += c;
        }
    }
    return names;
}

/// "# HELP name text" or "# TYPE name text".
void add_description(MetricTable& table, const std::string& process, const std::string& line) {
    const std::size_t name_end = line.find(' ', 7);
    const std::string name = line.substr(7, name_end - 7);
    const std::string said = line.substr(name_end + 1);
    MetricFamily& family = table[name];
    std::string& known = line.starts_with("# HELP ") ? family.help : family.type;
    if (!known.empty() && known != said) {
        throw std::runtime_error(name + " of " + process + " is '" + said + "' and of another process '" + known + "'");
    }
    known = said;
    family.processes.insert(process);
}

template <typename Names>
std::string joined(const Names& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

}  // namespace

void add_families(MetricTable& table, const std::string& process, const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# ")) {
            add_description(table, process, line);
            continue;
        }
        const std::size_t name_end = line.find_first_of("{ ");
        MetricFamily& family = table.at(family_of(table, line.substr(0, name_end)));
        if (line[name_end] == '{') {
            for (const std::string& label : label_names(line.substr(name_end))) {
                if (label != "le") {
                    family.labels.insert(label);
                }
            }
        }
    }
}

std::string to_markdown(const MetricTable& table) {
    std::string text;
    for (const Chapter& chapter : kChapters) {
        text += (text.empty() ? "## " : "\n## ") + std::string(chapter.title);
        text += "\n\n| family | type | unit | labels | meaning | process |\n|---|---|---|---|---|---|\n";
        for (const auto& [name, family] : table) {
            if (name.starts_with(chapter.prefix)) {
                text += "| `" + name + "` | " + family.type + " | " + unit_of(name) + " | " + joined(family.labels) +
                        " | " + family.help + " | " + joined(family.processes) + " |\n";
            }
        }
    }
    return text;
}

}  // namespace watchtower::test
