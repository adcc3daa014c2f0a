#include "common/base/dependency.hpp"

#include "common/base/log.hpp"

namespace watchtower {

const char* to_string(DependencyState state) {
    switch (state) {
        case DependencyState::up:
            return "up";
        case DependencyState::down:
            return "down";
        case DependencyState::unknown:
            break;
    }
    return "unknown";
}

void Dependency::succeeded() {
    if (state_ == DependencyState::up) {
        return;
    }
    if (state_.exchange(DependencyState::up) == DependencyState::down) {
        log::info("dependency_up", {{"dependency", name_}});
    }
}

void Dependency::failed(const std::string& why) {
    if (state_.exchange(DependencyState::down) != DependencyState::down) {
        log::warn("dependency_down", {{"dependency", name_}, {"error", why}});
    }
}

}  // namespace watchtower
