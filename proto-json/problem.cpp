#include "proto-json/problem.hpp"

#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"

namespace watchtower::proto {

namespace {

constexpr std::uint64_t kLeastStatus = 100;
constexpr std::uint64_t kMostStatus = 599;

std::string text_or_nothing(const JsonValue& value, std::string_view key) {
    const JsonValue* const member = value.find(key);
    return member == nullptr ? std::string() : member->as_string();
}

}  // namespace

std::string encode(const Problem& problem) {
    std::string out = R"({"type":)";
    append_json_string(out, problem.type);
    out += R"(,"title":)";
    append_json_string(out, problem.title);
    out += R"(,"status":)" + std::to_string(problem.status);
    if (!problem.detail.empty()) {
        out += R"(,"detail":)";
        append_json_string(out, problem.detail);
    }
    if (!problem.request_id.empty()) {
        out += R"(,"request_id":)";
        append_json_string(out, problem.request_id);
    }
    out += '}';
    return out;
}

Problem decode_problem(std::string_view text) {
    const JsonValue value = JsonValue::parse(text, "problem");
    Problem problem;
    problem.type = value.at("type").as_string();
    problem.title = value.at("title").as_string();
    const auto status = value.at("status").as_count();
    if (status < kLeastStatus || status > kMostStatus) {
        throw BadInput("problem.status: not from 100 to 599");
    }
    problem.status = static_cast<int>(status);
    problem.detail = text_or_nothing(value, "detail");
    problem.request_id = text_or_nothing(value, "request_id");
    return problem;
}

}  // namespace watchtower::proto
