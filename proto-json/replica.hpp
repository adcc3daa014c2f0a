#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"

namespace watchtower::proto {

/// What a running process says of itself every few seconds. Only shown to people: nothing is decided by it.
struct Replica {
    /// Of a collector: one of its worlds. Numbers since the process started.
    struct World {
        std::string name;
        bool owned = false;
        std::uint64_t ticks_stored = 0;
        std::uint64_t ticks_skipped = 0;
        std::uint64_t ticks_failed = 0;
        std::uint64_t outbox_ticks = 0;    ///< that wait for PostgreSQL
        std::uint64_t outbox_at_risk = 0;  ///< of those, in this process's memory only

        bool operator==(const World&) const = default;
    };

    std::string service;  ///< "collector"
    std::string id;       ///< of the process, unlike any other's
    std::string version;
    TimePoint started;
    bool ready = false;
    std::vector<World> worlds;

    bool operator==(const Replica&) const = default;
};

/// One JSON object, compact, keys in the order above.
[[nodiscard]] std::string encode(const Replica& replica);

/// Throws BadInput that names the field.
[[nodiscard]] Replica decode_replica(std::string_view text);

}  // namespace watchtower::proto
