#pragma once

#include <cstddef>
#include <string_view>

#include "services/collector/model/name_table.hpp"

namespace watchtower::collector {

/// The names of actions or types that a world has had so far. They never go away again, for each has its totals and its
/// series: after kMost different ones no more are let in. Not thread-safe.
class AdmittedNames {
public:
    static constexpr std::size_t kMost = 10'000;

    /// Whether the name is one of them, or there is room for it: then it is one from now on.
    bool admit(std::string_view name) {
        if (names_.find(name) != NameTable::kNone) {
            return true;
        }
        if (names_.size() >= kMost) {
            return false;
        }
        names_.intern(name);
        return true;
    }

    /// Makes it one of them even when there is no room: what was counted before goes on to be counted.
    void know(std::string_view name) { names_.intern(name); }

private:
    NameTable names_;
};

}  // namespace watchtower::collector
