#include "services/api-gateway/embedded.hpp"

#include <algorithm>
#include <string>

#include "common/base/error.hpp"

namespace watchtower::gateway::embedded {

const File& file(std::string_view name) {
    const auto& all = files();
    const auto found = std::find_if(all.begin(), all.end(), [&](const File& one) { return one.name == name; });
    if (found == all.end()) {
        throw Error("embedded: there is no file '" + std::string(name) + "'");
    }
    return *found;
}

}  // namespace watchtower::gateway::embedded
