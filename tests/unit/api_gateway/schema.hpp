#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace watchtower::gateway::test {

/// The JSON Schema that an OpenAPI 3.0 schema object means: references put in place, nullable as a type, and, so that
/// no member goes undocumented, objects closed that say nothing of others.
[[nodiscard]] nlohmann::json to_json_schema(const nlohmann::json& openapi, const nlohmann::json& schema);

/// Whether the text is JSON of that schema; the failure tells where it is not.
[[nodiscard]] testing::AssertionResult conforms(const std::string& text, const nlohmann::json& json_schema);

}  // namespace watchtower::gateway::test
