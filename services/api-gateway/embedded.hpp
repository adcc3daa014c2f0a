#pragma once

#include <string_view>
#include <vector>

/// Files that the build put into the program, which then needs none beside it.
namespace watchtower::gateway::embedded {

struct File {
    std::string_view name;  ///< as CMakeLists.txt has it: "web/live/main.js"
    std::string_view plain;
    std::string_view gzip;  ///< the same, compressed as far as gzip can
};

/// All of them. For the life of the process.
[[nodiscard]] const std::vector<File>& files();

/// The one of that name. Throws Error when there is none.
[[nodiscard]] const File& file(std::string_view name);

}  // namespace watchtower::gateway::embedded
