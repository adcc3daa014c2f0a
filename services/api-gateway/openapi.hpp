#pragma once

#include <string>
#include <vector>

#include "services/api-gateway/routes/endpoint.hpp"

namespace watchtower::gateway {

/// The OpenAPI 3.0.3 description of these endpoints: paths from the table, schemas and parameters from
/// openapi_base.json. Throws Error when the table names a schema or a parameter that is not there.
[[nodiscard]] std::string openapi_document(const std::vector<Endpoint>& endpoints, const Access& access);

}  // namespace watchtower::gateway
