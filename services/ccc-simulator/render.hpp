#pragma once

#include <string>
#include <vector>

#include "proto-json/sections.hpp"
#include "services/ccc-simulator/shape.hpp"
#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator {

/// Where a section is served: "/combat/stats".
[[nodiscard]] std::string path_of(proto::Section section);

struct Paging {
    std::size_t page_size = 0;  ///< records on one page; 0: all on one
    std::string next;           ///< what `next` links to, the page's number to be appended: "/nomads?at=1.60&page="
};

/// The bodies of a section, page by page; at least one. Players, nomads and dwellings in the order they came to be,
/// combats and events oldest first. Players who are not in the game stand in none, except as a name in combats and
/// events.
[[nodiscard]] std::vector<std::string> render(proto::Section section,
                                              const World& world,
                                              const Shape& shape,
                                              const Paging& paging);

}  // namespace watchtower::simulator
