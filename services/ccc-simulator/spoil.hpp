#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/ccc-simulator/faults.hpp"
#include "services/ccc-simulator/shape.hpp"

namespace watchtower::simulator {

/// A body after faults had their way with it.
struct Spoilt {
    std::string body;
    std::uint64_t bad_records = 0;  ///< how many were put in
    bool readable = true;           ///< a good reader can still tell every record that was in it
};

/// Does to the body of a section what the faults that concern bodies say, in their order.
[[nodiscard]] Spoilt spoil(std::string body,
                           const std::vector<Fault>& faults,
                           proto::Section section,
                           const Shape& shape);

/// Some fault concerns the body's text.
[[nodiscard]] bool spoils_body(const std::vector<Fault>& faults);

/// Records of a section that make no sense, each for another reason.
[[nodiscard]] const std::vector<std::string>& bad_records(proto::Section section, const Shape& shape);

}  // namespace watchtower::simulator
