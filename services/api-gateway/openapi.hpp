#pragma once

#include <string>
#include <vector>

#include "services/api-gateway/access.hpp"
#include "services/api-gateway/routes/endpoint.hpp"

namespace watchtower::gateway {

/// The OpenAPI 3.1 description of these endpoints: paths, parameters, headers and errors from the table and from what
/// `access` asks for; schemas and examples from openapi/*.json, and from proto-json for what crosses processes too.
/// Throws Error when the table names a schema or a header that is not there.
[[nodiscard]] std::string openapi_document(const std::vector<Endpoint>& endpoints, const Access& access);

}  // namespace watchtower::gateway
