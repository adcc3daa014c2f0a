#include "proto-json/problem.hpp"

#include <nlohmann/json.hpp>

#include "common/base/error.hpp"

namespace watchtower::proto {

namespace {

constexpr int kLeastStatus = 100;
constexpr int kMostStatus = 599;

std::string text_member(const nlohmann::json& object, const char* name, std::string by_default) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return by_default;
    }
    if (!found->is_string()) {
        throw BadInput(std::string("problem: ") + name + ": is not a string");
    }
    return found->get<std::string>();
}

}  // namespace

std::string encode(const Problem& problem) {
    nlohmann::ordered_json object;
    object["type"] = problem.type;
    object["title"] = problem.title;
    object["status"] = problem.status;
    if (!problem.detail.empty()) {
        object["detail"] = problem.detail;
    }
    if (!problem.request_id.empty()) {
        object["request_id"] = problem.request_id;
    }
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Problem decode_problem(std::string_view text) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object()) {
        throw BadInput("problem: is not a JSON object");
    }
    Problem problem;
    problem.type = text_member(object, "type", problem.type);
    problem.title = text_member(object, "title", {});
    problem.detail = text_member(object, "detail", {});
    problem.request_id = text_member(object, "request_id", {});
    const auto status = object.find("status");
    if (status == object.end() || !status->is_number_unsigned()) {
        throw BadInput("problem: status: is not a whole number");
    }
    const auto value = status->get<std::uint64_t>();
    if (value < kLeastStatus || value > kMostStatus) {
        throw BadInput("problem: status: is not from 100 to 599");
    }
    problem.status = static_cast<int>(value);
    return problem;
}

}  // namespace watchtower::proto
