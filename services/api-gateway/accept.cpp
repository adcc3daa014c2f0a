#include "services/api-gateway/accept.hpp"

#include <algorithm>
#include <cctype>

namespace watchtower::gateway {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What stands before the next `separator`, taken off the front of `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(part);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

/// "1", "0.25", "1.000": at most three digits behind the point.
int weight_of(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) {
        return 0;
    }
    int weight = (text[0] - '0') * 1000;
    int unit = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') {
            return 0;
        }
        weight += (c - '0') * unit;
        unit /= 10;
    }
    return std::min(weight, 1000);
}

int weight_in(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = next_part(parameters, ';');
        if (parameter.size() >= 2 && (parameter[0] == 'q' || parameter[0] == 'Q') && parameter[1] == '=') {
            return weight_of(parameter.substr(2));
        }
    }
    return 1000;
}

}  // namespace

std::optional<int> quality(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        std::string_view parameters = next_part(list, ',');
        if (equal_ignoring_case(next_part(parameters, ';'), name)) {
            return weight_in(parameters);
        }
    }
    return std::nullopt;
}

bool prefers_html(std::string_view accept) {
    const int html = quality(accept, "text/html").value_or(0);
    return html > 0 && html >= quality(accept, "application/json").value_or(0);
}

}  // namespace watchtower::gateway
