#include "services/api-gateway/series.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "proto-json/amount.hpp"

namespace watchtower::gateway {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using Kind = Metric::Kind;

constexpr hours kDefaultRange{1};

struct Name {
    std::string_view name;
    Kind kind;
};

constexpr std::array kNames = {
    Name{"nomads", Kind::level},
    Name{"players", Kind::level},
    Name{"gold", Kind::level},
    Name{"spice", Kind::level},
    Name{"dwellings", Kind::level},
    Name{"actions", Kind::counter},
    Name{"nomads_created", Kind::counter},
    Name{"gold_collected", Kind::counter},
    Name{"gold_spent", Kind::counter},
    Name{"gold_joined", Kind::counter},
    Name{"gold_left", Kind::counter},
    Name{"spice_collected", Kind::counter},
    Name{"spice_spent", Kind::counter},
    Name{"spice_joined", Kind::counter},
    Name{"spice_left", Kind::counter},
    Name{"attacks", Kind::counter},
    Name{"attacks_successful", Kind::counter},
    Name{"dwellings_destroyed", Kind::counter},
    Name{"events", Kind::counter},
    Name{"affected_players", Kind::counter},
};

/// What may have a name of the game's behind it: "actions.move".
struct Family {
    std::string_view name;
    std::string_view member;   // what it is
    std::string_view pattern;  // as a regular expression
};
constexpr std::array kFamilies = {Family{"actions", "name", ".+"},
                                  Family{"dwellings", "level", "([1-9][0-9]{0,2}|1000)"},
                                  Family{"events", "type", ".+"}};

constexpr std::array kRoundSteps = {
    seconds(1),
    seconds(2),
    seconds(5),
    seconds(10),
    seconds(15),
    seconds(30),
    seconds(60),
    seconds(120),
    seconds(300),
    seconds(600),
    seconds(900),
    seconds(1800),
    seconds(3600),
    seconds(7200),
    seconds(10800),
    seconds(21600),
    seconds(43200),
    seconds(86400),
};

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool is_level(std::string_view text) {
    constexpr std::int64_t kHighestLevel = 1000;
    const auto level = parse_integer(text);
    return level && *level >= 1 && *level <= kHighestLevel && std::to_string(*level) == text;
}

std::optional<Metric> find_metric(std::string_view name) {
    const std::string_view family = name.substr(0, name.find('.'));
    const auto* found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& one) { return one.name == family; });
    if (found == kNames.end()) {
        return std::nullopt;
    }
    if (family != name) {
        const std::string_view member = name.substr(family.size() + 1);
        const bool has_members =
            std::any_of(kFamilies.begin(), kFamilies.end(), [&](const Family& one) { return one.name == family; });
        if (!has_members || member.empty() || (family == "dwellings" && !is_level(member))) {
            return std::nullopt;
        }
    }
    return Metric{std::string(name), found->kind, std::string(family)};
}

/// "nomads, …, events, events.<type>", of one kind or of all, each within quotes.
std::string names_of_metrics(std::optional<Kind> kind, std::string_view quote) {
    std::string text;
    for (const Name& one : kNames) {
        if (kind && one.kind != *kind) {
            continue;
        }
        text.append(text.empty() ? "" : ", ").append(quote).append(one.name).append(quote);
        for (const Family& family : kFamilies) {
            if (family.name == one.name) {
                text.append(", ").append(quote).append(one.name);
                text.append(".<").append(family.member).append(">").append(quote);
            }
        }
    }
    return text;
}

/// The same as a regular expression's alternatives.
std::string patterns_of_metrics() {
    std::string text;
    for (const Name& one : kNames) {
        text.append(text.empty() ? "" : "|").append(one.name);
    }
    for (const Family& family : kFamilies) {
        text.append("|").append(family.name).append("\\\\.").append(family.pattern);
    }
    return text;
}

seconds round_step(Milliseconds least) {
    const auto* found = std::find_if(kRoundSteps.begin(), kRoundSteps.end(), [least](seconds s) { return s >= least; });
    return found != kRoundSteps.end() ? *found : std::chrono::ceil<days>(least);
}

proto::Amount amount_of(const std::string& value) {
    const auto amount = proto::parse_amount(value);
    if (!amount) {
        throw Error("history: no amount: '" + value + "'");
    }
    return *amount;
}

}  // namespace

const char* to_text(Metric::Kind kind) {
    return kind == Kind::level ? "level" : "counter";
}

const Parameter<Metric> kMetric = parameter<Metric>(
    {.name = "metric",
     .description = "A level, whose last value a step has: " + names_of_metrics(Kind::level, "`") +
                    "; or a counter, of which it has the rise: " + names_of_metrics(Kind::counter, "`") + ".",
     .example = "actions",
     .required = true},
    "one of " + names_of_metrics({}, ""),
    R"({"type":"string","pattern":"^()" + patterns_of_metrics() + R"()$"})",
    find_metric);

Range parse_range(const http::Request& request, TimePoint now) {
    const auto to = kTo.find(request).value_or(now);
    const auto from = kFrom.find(request).value_or(std::max(TimePoint(), to - kDefaultRange));
    if (from >= to) {
        throw BadInput("query parameter from: is not before " + std::string(kTo.find(request) ? "to" : "now"));
    }
    const auto step = kStep.find(request);
    return {from, to, step ? std::optional(seconds(*step)) : std::nullopt};
}

Steps choose_steps(const Range& range, Milliseconds least) {
    const Milliseconds shortest = (range.to - range.from) / kUsualSteps;
    Steps steps;
    steps.length = range.step.value_or(round_step(std::max(shortest, least)));
    steps.begin = tick_at_or_before(range.from, steps.length);
    const Milliseconds length = steps.length;
    steps.count = (range.to - steps.begin + length - Milliseconds(1)) / length;
    if (range.step && steps.count > kMostSteps) {
        throw BadInput("query parameter step: makes more than " + std::to_string(kMostSteps) + " points of this range");
    }
    return steps;
}

std::vector<std::optional<std::string>> build_points(Metric::Kind kind,
                                                     std::int64_t steps,
                                                     const std::vector<KnownValue>& known,
                                                     const std::optional<std::string>& before) {
    std::vector<std::optional<std::string>> points(static_cast<std::size_t>(steps));
    std::optional<std::string> last = before;
    for (const auto& [step, value] : known) {
        auto& point = points.at(static_cast<std::size_t>(step));
        if (kind == Kind::level) {
            point = value;
        } else if (last) {
            point = proto::to_text(amount_of(value) - amount_of(*last));
        }
        last = value;
    }
    return points;
}

}  // namespace watchtower::gateway
