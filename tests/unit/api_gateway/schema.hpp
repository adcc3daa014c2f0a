#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace watchtower::gateway::test {

/// A schema of an OpenAPI 3.1 description with its references put in place, as valijson can read it (draft 7).
[[nodiscard]] nlohmann::json to_json_schema(const nlohmann::json& openapi, const nlohmann::json& schema);

/// Whether the text is JSON of that schema; the failure tells where it is not.
[[nodiscard]] testing::AssertionResult conforms(const std::string& text, const nlohmann::json& json_schema);

}  // namespace watchtower::gateway::test
