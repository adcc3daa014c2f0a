#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace watchtower::gateway::test {

/// The part of docs/api.md that tells of each route, as Markdown: made of the description that the gateway serves.
[[nodiscard]] std::string routes_in_markdown(const nlohmann::ordered_json& openapi);

}  // namespace watchtower::gateway::test
