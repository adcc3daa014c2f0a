#include "services/collector/doctor/finding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <string_view>
#include <utility>

#include "common/base/json_text.hpp"

namespace watchtower::collector::doctor {

namespace {

constexpr auto kNotKnown = "not known";

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size()), ' ');
    return result;
}

std::size_t count(const Findings& findings, Verdict verdict) {
    const auto is_it = [verdict](const Finding& finding) { return finding.outcome.verdict == verdict; };
    return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), is_it));
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
    append_json_string(json, name);
    json += ':';
    append_json_string(json, value);
}

}  // namespace

const char* to_string(Verdict verdict) {
    constexpr std::array kNames = {"ok", "warning", "failed"};
    return kNames.at(static_cast<std::size_t>(verdict));
}

Outcome fine(std::string what) {
    return {Verdict::ok, std::move(what), {}};
}

Outcome warning(std::string what, std::string advice) {
    return {Verdict::warning, std::move(what), std::move(advice)};
}

Outcome failed(std::string what, std::string advice) {
    return {Verdict::failed, std::move(what), std::move(advice)};
}

Findings run(const std::vector<Check>& checks) {
    Findings findings;
    bool reached = true;
    for (const Check& check : checks) {
        if (!reached) {
            findings.push_back({check.name, failed(kNotKnown, "see " + checks.front().name)});
            continue;
        }
        try {
            findings.push_back({check.name, check.look()});
        } catch (const std::exception& error) {
            findings.push_back({check.name, failed(error.what(), check.advice)});
            reached = findings.size() > 1;
        }
    }
    return findings;
}

Verdict worst(const Findings& findings) {
    Verdict result = Verdict::ok;
    for (const Finding& finding : findings) {
        result = std::max(result, finding.outcome.verdict);
    }
    return result;
}

std::string to_text(const Findings& findings) {
    std::size_t width = 0;
    for (const Finding& finding : findings) {
        width = std::max(width, finding.check.size());
    }
    constexpr std::size_t kVerdictWidth = 9;
    std::string text;
    for (const auto& [check, outcome] : findings) {
        text += padded(to_string(outcome.verdict), kVerdictWidth) + padded(check, width) + "  " + outcome.what;
        if (outcome.what == kNotKnown) {
            text += ", " + outcome.advice;
        }
        text += "\n";
        if (!outcome.advice.empty() && outcome.what != kNotKnown) {
            text += std::string(kVerdictWidth, ' ') + padded("", width) + "  -> " + outcome.advice + "\n";
        }
    }
    return text + std::to_string(count(findings, Verdict::ok)) + " ok, " +
           std::to_string(count(findings, Verdict::warning)) + " to look at, " +
           std::to_string(count(findings, Verdict::failed)) + " failed\n";
}

std::string to_json(const Findings& findings) {
    std::string json = "{";
    append_member(json, "verdict", to_string(worst(findings)));
    json += R"(,"checks":[)";
    for (const auto& [check, outcome] : findings) {
        json += json.ends_with('[') ? "{" : ",{";
        append_member(json, "check", check);
        json += ',';
        append_member(json, "verdict", to_string(outcome.verdict));
        json += ',';
        append_member(json, "what", outcome.what);
        if (!outcome.advice.empty()) {
            json += ',';
            append_member(json, "advice", outcome.advice);
        }
        json += '}';
    }
    return json + "]}\n";
}

}  // namespace watchtower::collector::doctor
