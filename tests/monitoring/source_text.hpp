#pragma once

#include <filesystem>
#include <string>

namespace watchtower::test {

/// The root of the source tree.
[[nodiscard]] std::filesystem::path source_folder();

/// A file of the source tree: "prometheus/local.yml". Throws std::runtime_error when it cannot be read.
[[nodiscard]] std::string source_text(const std::filesystem::path& path);

}  // namespace watchtower::test
