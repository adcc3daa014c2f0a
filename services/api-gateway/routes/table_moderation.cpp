#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

std::vector<Endpoint> about_moderation(const Parts& /*parts*/) {
    return {};
}

}  // namespace watchtower::gateway
