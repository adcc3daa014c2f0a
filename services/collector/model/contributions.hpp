#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/collector/model/action_counts.hpp"
#include "services/collector/model/name_table.hpp"

namespace watchtower::collector {

/// What one record of a nomad adds to a reading.
struct Contribution {
    struct Part {
        NameTable::Id action;
        ActionSource source;
        std::uint64_t value;
    };
    NameTable::Id player = 0;
    std::uint64_t count = 0;
    bool telling = false;
    std::vector<Part> parts;
};

/// What the nomads with an id contributed, to take it back when the id comes again in the same read. Kept as bytes,
/// about 25 for a nomad with six actions, because there may be millions. Nomads are numbers of a NameTable.
class Contributions {
public:
    /// Replaces what the nomad had. A nomad that has none yet must be the next number or one beyond.
    void put(NameTable::Id nomad, const Contribution& contribution);

    /// Only of a nomad that was put.
    void get(NameTable::Id nomad, Contribution& contribution) const;

    /// Forgets all and keeps the memory.
    void clear();

private:
    std::vector<std::uint8_t> bytes_;  ///< longer than what is used, for clearing bytes takes time
    std::size_t end_ = 0;              ///< of what is used
    std::vector<std::size_t> begins_;  ///< by nomad
};

}  // namespace watchtower::collector
