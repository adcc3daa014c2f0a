#include "tests/monitoring/source_text.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace watchtower::test {

std::filesystem::path source_folder() {
    return WATCHTOWER_SOURCE_FOLDER;
}

std::string source_text(const std::filesystem::path& path) {
    const std::ifstream file(source_folder() / path);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace watchtower::test
