/// usage: watchtower-bench-tick FOLDER FOLDER…
/// Takes a tick apart, in one thread and in memory: the bodies of each FOLDER are one tick of the same world. Prints
/// the seconds of processor time that the steps of the last tick took, and how many players it changed, as JSON.

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "proto-json/sections.hpp"
#include "services/collector/model/world.hpp"
#include "services/collector/source/parser.hpp"
#include "services/collector/store/rows.hpp"
#include "tests/bench/collector/processor_seconds.hpp"

namespace watchtower::bench {
namespace {

using namespace watchtower::collector;

using Seconds = std::vector<std::pair<std::string, double>>;

template <typename Work>
void measure(Seconds& seconds, std::string name, const Work& work) {
    const double begin = processor_seconds();
    work();
    seconds.emplace_back(std::move(name), processor_seconds() - begin);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || text.view().empty()) {
        throw std::runtime_error(path + ": cannot be read");
    }
    return std::move(text).str();
}

Seconds run_tick(const std::string& folder, TimePoint tick, Reading& reading, WorldMemory& world) {
    Seconds seconds;
    measure(seconds, "clear", [&] { reading.clear(&world.players); });
    for (const proto::Section section : proto::kSections) {
        std::string body = read_file(folder + "/" + std::string(to_text(section)) + ".json");
        SectionParser parser(section);
        measure(seconds, "parse_" + std::string(to_text(section)), [&] {
            if (const auto result = parser.parse(body, reading); result.error) {
                throw std::runtime_error(folder + ": " + *result.error);
            }
        });
    }
    TickInput input;
    input.tick = tick;
    input.timestamp = tick;
    Step step;
    measure(seconds, "compare", [&] { step = compare(world, reading, input, {}); });
    seconds.emplace_back("players_changed", static_cast<double>(step.players.size()));
    TickWrite write;
    measure(seconds, "rows", [&] { write = tick_write(world, step); });
    measure(seconds, "apply", [&] { apply(world, std::move(step)); });
    return seconds;
}

}  // namespace
}  // namespace watchtower::bench

int main(int argc, char** argv) {
    using namespace watchtower::bench;
    try {
        const std::vector<std::string> folders(argv + 1, argv + argc);
        if (folders.empty()) {
            throw std::runtime_error("usage: watchtower-bench-tick FOLDER FOLDER...");
        }
        Reading reading;
        WorldMemory world;
        world.name = "default";
        watchtower::TimePoint tick{std::chrono::minutes(1)};
        Seconds seconds;
        for (const std::string& folder : folders) {
            seconds = run_tick(folder, tick, reading, world);
            tick += std::chrono::minutes(1);
        }
        const char* separator = "{";
        for (const auto& [name, value] : seconds) {
            std::printf("%s\"%s\": %.4f", separator, name.c_str(), value);
            separator = ", ";
        }
        std::printf("}\n");
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
