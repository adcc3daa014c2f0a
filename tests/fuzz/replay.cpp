#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/fuzz/target.hpp"

namespace {

int feed(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::cout << path.filename().string() << std::endl;
    return LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

/// Feeds the target each file of the folders.
int main(int argc, char** argv) {
    int fed = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            feed(entry.path());
            ++fed;
        }
    }
    if (fed == 0) {
        std::cerr << "no inputs\n";
        return 1;
    }
    return 0;
}
