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
    if (!schema.is_structured()) {
        return schema;
    }
    if (schema.is_object() && schema.contains("$ref")) {
        return to_json_schema(openapi, openapi.at(json::json_pointer(schema.at("$ref").get<std::string>().substr(1))));
    }
    json result = schema;
    for (json& inner : result) {
        inner = to_json_schema(openapi, inner);
    }
    if (result.is_object() && result.contains("type") && result.at("type").is_array()) {
        result.erase("format");  // valijson asks it of null as well
    }
    if (result.is_object() && result.contains("prefixItems")) {  // draft 7 has it under another name
        result["additionalItems"] = result.at("items");
        result["items"] = result.at("prefixItems");
        result.erase("prefixItems");
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
