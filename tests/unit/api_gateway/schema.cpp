#include "tests/unit/api_gateway/schema.hpp"

#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace watchtower::gateway::test {

using nlohmann::json;

json to_json_schema(const json& openapi, const json& schema) {
    if (!schema.is_object()) {
        return schema;
    }
    if (schema.contains("$ref")) {
        return to_json_schema(openapi, openapi.at(json::json_pointer(schema.at("$ref").get<std::string>().substr(1))));
    }
    json result = schema;
    if (schema.contains("properties")) {
        for (const auto& [name, inner] : schema.at("properties").items()) {
            result["properties"][name] = to_json_schema(openapi, inner);
        }
        if (!schema.contains("additionalProperties")) {
            result["additionalProperties"] = false;
        }
    }
    for (const char* key : {"items", "additionalProperties"}) {
        if (schema.contains(key)) {
            result[key] = to_json_schema(openapi, schema.at(key));
        }
    }
    for (const char* key : {"allOf", "anyOf"}) {
        if (schema.contains(key)) {
            for (json& inner : result[key]) {
                inner = to_json_schema(openapi, inner);
            }
        }
    }
    if (schema.value("nullable", false)) {
        json either = json::object();
        either["anyOf"] = json::array({json::object({{"type", "null"}}), result});
        return either;
    }
    return result;
}

testing::AssertionResult conforms(const std::string& text, const json& json_schema) {
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return testing::AssertionFailure() << "is no JSON: " << text.substr(0, 200);
    }
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(json_schema), schema);
    valijson::ValidationResults results;
    if (valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(value), &results)) {
        return testing::AssertionSuccess();
    }
    auto failure = testing::AssertionFailure();
    for (const auto& error : results) {
        for (const std::string& part : error.context) {
            failure << part;
        }
        failure << ": " << error.description << '\n';
    }
    return failure << text.substr(0, 500);
}

}  // namespace watchtower::gateway::test
