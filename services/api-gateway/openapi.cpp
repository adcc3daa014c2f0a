#include "services/api-gateway/openapi.hpp"

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

/// The names in braces of a pattern.
std::vector<std::string> path_parameters(const std::string& pattern) {
    std::vector<std::string> names;
    for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
        names.push_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    }
    return names;
}

Json responses_of(const Json& base, const Endpoint& endpoint) {
    const std::string content_type(endpoint.content_type);
    const Json schema =
        endpoint.schema.empty() ? Json{{"type", "string"}} : reference(base, "schemas", std::string(endpoint.schema));
    Json responses;
    Json& answer = responses[std::to_string(endpoint.status)];
    answer["description"] = endpoint.route.summary;
    answer["content"][content_type]["schema"] = schema;
    for (const int status : endpoint.problems) {
        Json& response = responses[std::to_string(status)];
        response["description"] = http::reason_phrase(status);
        // Not ready is told as ready is.
        const bool is_health = endpoint.schema == "Health";
        response["content"][is_health ? content_type : kProblemType]["schema"] =
            is_health ? schema : reference(base, "schemas", "Problem");
    }
    return responses;
}

Json operation_of(const Json& base, const Endpoint& endpoint) {
    Json operation;
    operation["tags"] = Json::array({endpoint.tag});
    operation["summary"] = endpoint.route.summary;
    Json parameters = Json::array();
    for (const std::string& name : path_parameters(endpoint.route.pattern)) {
        parameters.push_back(reference(base, "parameters", name));
    }
    for (const http::QueryParameter& parameter : endpoint.route.query) {
        parameters.push_back(reference(base, "parameters", parameter.name));
    }
    if (!parameters.empty()) {
        operation["parameters"] = parameters;
    }
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

std::string openapi_document(const std::vector<Endpoint>& endpoints) {
    Json document = Json::parse(embedded::file("openapi_base.json").plain);
    document["info"]["version"] = version();
    Json paths = Json::object();
    Json deprecated_paths = Json::object();
    for (const Endpoint& endpoint : endpoints) {
        if (endpoint.tag.empty()) {
            continue;
        }
        const std::string& pattern = endpoint.route.pattern;
        const std::string method = lower_case(http::to_text(endpoint.route.method));
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
