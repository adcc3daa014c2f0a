#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

std::vector<Endpoint> about_analytics(const Parts& /*parts*/) {
    return {};
}

}  // namespace watchtower::gateway
