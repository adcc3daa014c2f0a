#include "services/api-gateway/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "proto-json/sections.hpp"
#include "services/api-gateway/embedded.hpp"

namespace watchtower::gateway {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kProblemType = "application/problem+json";
constexpr std::string_view kHealth = "Health";
constexpr std::string_view kUnversionedTag = "unversioned";
constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

Json parse_file(std::string_view name) {
    return Json::parse(embedded::file(name).plain);
}

/// Schemas and examples of answers by name.
struct Parts {
    Json schemas = Json::object();
    Json examples = Json::object();
};

/// "#/definitions/staleness" becomes "#/components/schemas/Staleness".
void lift_references(Json& value) {
    constexpr std::string_view kDefinitions = "#/definitions/";
    if (value.is_object() && value.contains("$ref")) {
        std::string name = value.at("$ref").get<std::string>().substr(kDefinitions.size());
        name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
        value["$ref"] = "#/components/schemas/" + name;
    }
    for (Json& inner : value) {
        if (inner.is_structured()) {
            lift_references(inner);
        }
    }
}

/// What crosses process borders anyway has its schema and its sample in proto-json.
void add_message(Parts& parts, const std::string& name, const std::string& file) {
    Json schema = parse_file("proto/" + file + ".schema.json");
    lift_references(schema);
    const Json definitions = schema.value("definitions", Json::object());
    for (const auto& [inner, definition] : definitions.items()) {
        std::string inner_name = inner;
        inner_name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(inner_name[0])));
        parts.schemas[inner_name] = definition;
    }
    for (const char* member : {"$schema", "$id", "title", "definitions"}) {
        schema.erase(member);
    }
    parts.schemas[name] = std::move(schema);
    parts.examples[name] = parse_file("proto/" + file + ".json");
}

/// A section by itself: its members in the document, with the document's time and its own staleness.
void add_section(Parts& parts, proto::Section section) {
    const std::string key(proto::to_text(section));
    std::string name = key + "Section";
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    const Json& document = parts.schemas.at("Document");
    Json schema = document.at("properties").at(key).at("anyOf").at(0);
    schema["required"].push_back("timestamp");
    schema["properties"]["timestamp"] = document.at("properties").at("timestamp");
    schema["properties"]["stale"] = {{"$ref", "#/components/schemas/Staleness"}};
    Json example = parts.examples.at("Document").at(key);
    example["timestamp"] = parts.examples.at("Document").at("timestamp");
    parts.schemas[name] = std::move(schema);
    parts.examples[name] = std::move(example);
}

Parts read_parts() {
    Parts parts;
    add_message(parts, "Document", "document");
    for (const proto::Section section : proto::kSections) {
        add_section(parts, section);
    }
    add_message(parts, "Alert", "alert");
    add_message(parts, "Averages", "averages");
    add_message(parts, "Suspect", "suspect");
    add_message(parts, "Task", "task");
    add_message(parts, "Problem", "problem");
    for (const embedded::File& file : embedded::files()) {
        if (file.name.starts_with("openapi/") && file.name != "openapi/base.json") {
            const Json subject = Json::parse(file.plain);
            parts.schemas.update(subject.at("schemas"));
            parts.examples.update(subject.at("examples"));
        }
    }
    return parts;
}

Json reference_to(const char* kind, std::string_view name) {
    return {{"$ref", std::string("#/components/").append(kind).append("/").append(name)}};
}

/// Makes the operations of one description.
class Describer {
public:
    Describer(const Json& base, const Parts& parts, const Access& access)
        : base_(base),
          parts_(parts),
          access_(access) {}

    [[nodiscard]] Json operation_of(const Endpoint& endpoint, bool is_deprecated) const {
        Json operation;
        operation["tags"] = Json::array({is_deprecated ? kUnversionedTag : endpoint.tag});
        operation["summary"] = endpoint.summary;
        if (!endpoint.description.empty()) {
            operation["description"] = endpoint.description;
        }
        operation["operationId"] = name_of(endpoint, is_deprecated);
        if (is_deprecated) {
            operation["deprecated"] = true;
        }
        if (!endpoint.parameters.empty()) {
            operation["parameters"] = parameters_of(endpoint);
        }
        if (!endpoint.request.empty()) {
            operation["requestBody"] = {{"required", true}};
            Json& content = operation["requestBody"]["content"][kJsonType];
            content["schema"] = schema_of(endpoint.request);
            content["example"] = parts_.examples.at(std::string(endpoint.request));
        }
        if (access_.needs_key(endpoint.need)) {
            operation["security"] = Json::array({{{"bearer", Json::array()}}, {{"header", Json::array()}}});
        }
        operation["responses"] = responses_of(endpoint, is_deprecated);
        if (!is_deprecated) {
            operation["x-codeSamples"] = Json::array({{{"lang", "Shell"}, {"source", commands_of(endpoint)}}});
        }
        return operation;
    }

private:
    /// "getPlayersPlayerIdHistory"
    [[nodiscard]] static std::string name_of(const Endpoint& endpoint, bool is_deprecated) {
        std::string name = endpoint.method == http::Method::get ? "get" : "post";
        std::string_view pattern = endpoint.pattern;
        if (pattern.starts_with(kVersionedPrefix)) {
            pattern.remove_prefix(kVersionedPrefix.size() - 1);
        }
        bool begins_word = true;
        for (const char c : pattern) {
            if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
                begins_word = true;
                continue;
            }
            name += begins_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
            begins_word = false;
        }
        return (pattern == "/" ? name + "Root" : name) + (is_deprecated ? "Unversioned" : "");
    }

    [[nodiscard]] static std::string commands_of(const Endpoint& endpoint) {
        if (!endpoint.example.empty()) {
            return std::string(endpoint.example);
        }
        std::string query;
        for (const ParameterDeclaration& parameter : endpoint.parameters) {
            if (parameter.required) {
                query.append(query.empty() ? "?" : "&").append(parameter.name).append("=").append(parameter.example);
            }
        }
        const std::string address = "localhost:8000" + endpoint.pattern + query;
        return "curl -s " + (query.empty() ? address : "'" + address + "'");
    }

    [[nodiscard]] static Json parameters_of(const Endpoint& endpoint) {
        Json parameters = Json::array();
        for (const ParameterDeclaration& declared : endpoint.parameters) {
            const bool is_in_path = declared.place == ParameterDeclaration::Place::path;
            parameters.push_back({{"name", declared.name},
                                  {"in", is_in_path ? "path" : "query"},
                                  {"required", is_in_path || declared.required},
                                  {"description", declared.description},
                                  {"schema", Json::parse(declared.schema)}});
            // Only where the request needs one: who tries it out would else have to empty every field.
            if (is_in_path || declared.required) {
                parameters.back()["example"] = declared.example;
            } else {
                parameters.back()["schema"]["examples"] = Json::array({Json::parse(declared.example_json())});
            }
        }
        return parameters;
    }

    [[nodiscard]] Json headers_of(const std::vector<std::string_view>& names) const {
        Json headers = Json::object();
        for (const std::string_view name : names) {
            if (!base_.at("components").at("headers").contains(name)) {
                throw Error("openapi: there is no header '" + std::string(name) + "'");
            }
            headers[std::string(name)] = reference_to("headers", name);
        }
        return headers;
    }

    [[nodiscard]] Json schema_of(std::string_view name) const {
        if (name.empty()) {
            return {{"type", "string"}};
        }
        if (!parts_.schemas.contains(name) || !parts_.examples.contains(name)) {
            throw Error("openapi: there is no schema, or no example, of '" + std::string(name) + "'");
        }
        return reference_to("schemas", name);
    }

    [[nodiscard]] Json answer_of(const Endpoint& endpoint) const {
        const Answer& answer = endpoint.answer;
        Json response;
        response["description"] = endpoint.summary;
        std::vector<std::string_view> headers = answer.headers;
        const auto validated = headers_of_caching(answer.caching);
        headers.insert(headers.end(), validated.begin(), validated.end());
        response["headers"] = headers_of(headers);
        Json& content = response["content"][media_type(answer.content_type)];
        content["schema"] = schema_of(answer.schema);
        if (!answer.schema.empty()) {
            content["example"] = parts_.examples.at(std::string(answer.schema));
        }
        for (const std::string_view other : answer.other_content_types) {
            response["content"][media_type(other)]["schema"] = schema_of("");
        }
        return response;
    }

    [[nodiscard]] static std::vector<std::string_view> headers_of_caching(Caching caching) {
        switch (caching) {
            case Caching::no_store:
                return {"Cache-Control"};
            case Caching::revalidate:
                return {"ETag", "Cache-Control", "Vary"};
            default:
                return {"ETag", "Cache-Control", "Vary", "Watchtower-World", "Watchtower-Tick", "Watchtower-Simulated"};
        }
    }

    [[nodiscard]] Json problem_of(const Endpoint& endpoint, int status) const {
        Json response;
        response["description"] = http::reason_phrase(status);
        std::vector<std::string_view> headers;
        if (status == kUnauthorized) {
            headers.emplace_back("WWW-Authenticate");
        }
        if (status == kTooManyRequests || status == kUnavailable) {
            headers.emplace_back("Retry-After");
        }
        // Not ready is told as ready is.
        if (status == kUnavailable && endpoint.answer.schema == kHealth) {
            headers.emplace_back("Cache-Control");
            response["headers"] = headers_of(headers);
            response["content"][kJsonType]["schema"] = schema_of(kHealth);
            response["content"][kJsonType]["example"] = parts_.examples.at("Health");
            response["content"][kJsonType]["example"]["status"] = "not_ready";
            return response;
        }
        response["headers"] = headers_of(headers);
        Json& content = response["content"][kProblemType];
        content["schema"] = schema_of("Problem");
        content["example"] = parts_.examples.at("Problem");
        content["example"]["status"] = status;
        content["example"]["title"] = http::reason_phrase(status);
        content["example"]["detail"] = example_detail(endpoint, status);
        return response;
    }

    [[nodiscard]] static std::string example_detail(const Endpoint& endpoint, int status) {
        switch (status) {
            case kBadRequest:
                return endpoint.parameters.empty() ? "query parameter page: is not known"
                                                   : endpoint.parameters.front().complaint();
            case kUnauthorized:
                return "this needs an API key, as Authorization: Bearer or X-API-Key";
            case kForbidden:
                return "this needs an API key, and the server has none configured";
            case kNotFound:
                return "there is no world 'nowhere'";
            case kTooManyRequests:
                return "too many requests; try again later";
            default:
                return "the server cannot answer this at present; try again later";
        }
    }

    [[nodiscard]] Json responses_of(const Endpoint& endpoint, bool is_deprecated) const {
        Json responses;
        responses[std::to_string(endpoint.answer.status)] = answer_of(endpoint);
        if (endpoint.method == http::Method::get && endpoint.answer.caching != Caching::no_store) {
            Json& unchanged = responses["304"];
            unchanged["description"] = "The ETag in If-None-Match is still right.";
            unchanged["headers"] = responses["200"]["headers"];
        }
        std::set<int> problems(endpoint.problems.begin(), endpoint.problems.end());
        problems.insert(kBadRequest);
        if (access_.needs_key(endpoint.need)) {
            problems.insert({kUnauthorized, kForbidden});
        }
        if (endpoint.need != Need::nothing) {
            problems.insert(kTooManyRequests);
        }
        for (const int status : problems) {
            responses[std::to_string(status)] = problem_of(endpoint, status);
        }
        for (Json& response : responses) {
            response["headers"]["X-Request-Id"] = reference_to("headers", "X-Request-Id");
            if (endpoint.need != Need::nothing) {
                response["headers"].update(
                    headers_of({"Vary", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}));
            }
            if (is_deprecated) {
                response["headers"].update(headers_of({"Deprecation", "Link"}));
            }
        }
        return responses;
    }

    [[nodiscard]] static std::string media_type(std::string_view content_type) {
        return std::string(content_type.substr(0, content_type.find(';')));
    }

    const Json& base_;
    const Parts& parts_;
    const Access& access_;
};

std::string lower_case(std::string_view method) {
    std::string text(method);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

std::string openapi_document(const std::vector<Endpoint>& endpoints, const Access& access) {
    Json document = parse_file("openapi/base.json");
    Parts parts = read_parts();
    const Describer describer(document, parts, access);
    Json paths = Json::object();
    Json deprecated_paths = Json::object();
    for (const Endpoint& endpoint : endpoints) {
        if (endpoint.tag.empty()) {
            continue;
        }
        const std::string method = lower_case(http::to_text(endpoint.method));
        paths[endpoint.pattern][method] = describer.operation_of(endpoint, false);
        if (endpoint.pattern.starts_with(kVersionedPrefix)) {
            deprecated_paths[unversioned(endpoint.pattern)][method] = describer.operation_of(endpoint, true);
        }
    }
    paths.update(deprecated_paths);
    document["info"]["version"] = version();
    document["paths"] = std::move(paths);
    document["components"]["schemas"] = std::move(parts.schemas);
    return document.dump();
}

}  // namespace watchtower::gateway
