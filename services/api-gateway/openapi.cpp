#include "services/api-gateway/openapi.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "services/api-gateway/embedded.hpp"

namespace watchtower::gateway {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kProblemType = "application/problem+json";

Json reference(const Json& base, const std::string& kind, const std::string& name) {
    if (!base.at("components").at(kind).contains(name)) {
        throw Error("openapi: " + kind + ": there is no '" + name + "'");
    }
    return {{"$ref", "#/components/" + kind + "/" + name}};
}

Json parameters_of(const Endpoint& endpoint) {
    Json parameters = Json::array();
    for (const ParameterDeclaration& declared : endpoint.parameters) {
        const bool is_in_path = declared.place == ParameterDeclaration::Place::path;
        Json parameter = {{"name", declared.name},
                          {"in", is_in_path ? "path" : "query"},
                          {"required", is_in_path || declared.required},
                          {"description", declared.description},
                          {"schema", Json::parse(declared.schema)}};
        parameter["example"] = declared.example;
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

Json responses_of(const Json& base, const Endpoint& endpoint) {
    const std::string content_type(endpoint.answer.content_type);
    const Json schema = endpoint.answer.schema.empty()
                            ? Json{{"type", "string"}}
                            : reference(base, "schemas", std::string(endpoint.answer.schema));
    Json responses;
    Json& answer = responses[std::to_string(endpoint.answer.status)];
    answer["description"] = endpoint.summary;
    answer["content"][content_type]["schema"] = schema;
    std::set<int> problems(endpoint.problems.begin(), endpoint.problems.end());
    problems.insert(400);
    if (endpoint.need != Need::nothing) {
        problems.insert({401, 403});
    }
    for (const int status : problems) {
        Json& response = responses[std::to_string(status)];
        response["description"] = http::reason_phrase(status);
        // Not ready is told as ready is.
        const bool is_health = status == 503 && endpoint.answer.schema == "Health";
        response["content"][is_health ? content_type : kProblemType]["schema"] =
            is_health ? schema : reference(base, "schemas", "Problem");
    }
    return responses;
}

Json operation_of(const Json& base, const Endpoint& endpoint) {
    Json operation;
    operation["tags"] = Json::array({endpoint.tag});
    operation["summary"] = endpoint.summary;
    operation["parameters"] = parameters_of(endpoint);
    if (endpoint.need != Need::nothing) {
        Json anybody = Json::object();
        operation["security"] = Json::array({anybody, {{"bearer", Json::array()}}, {{"header", Json::array()}}});
    }
    operation["responses"] = responses_of(base, endpoint);
    return operation;
}

std::string lower_case(std::string_view method) {
    std::string text(method);
    for (char& c : text) {
        c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

std::string openapi_document(const std::vector<Endpoint>& endpoints, const Access& /*access*/) {
    Json document = Json::parse(embedded::file("openapi_base.json").plain);
    document["info"]["version"] = version();
    Json paths = Json::object();
    Json deprecated_paths = Json::object();
    for (const Endpoint& endpoint : endpoints) {
        if (endpoint.tag.empty()) {
            continue;
        }
        const std::string& pattern = endpoint.pattern;
        const std::string method = lower_case(http::to_text(endpoint.method));
        Json operation = operation_of(document, endpoint);
        paths[pattern][method] = operation;
        if (pattern.starts_with(kVersionedPrefix)) {
            operation["deprecated"] = true;
            deprecated_paths[unversioned(pattern)][method] = std::move(operation);
        }
    }
    paths.update(deprecated_paths);
    document["paths"] = std::move(paths);
    return document.dump();
}

}  // namespace watchtower::gateway
