#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

std::vector<Endpoint> about_the_stream(const Parts& /*parts*/) {
    return {};
}

}  // namespace watchtower::gateway
