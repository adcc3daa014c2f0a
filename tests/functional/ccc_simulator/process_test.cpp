#include "tests/support/process.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "tests/support/simulator.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {
namespace {

using namespace std::chrono_literals;

struct Ended {
    std::optional<int> code;
    std::string output;
};

Ended run(std::vector<std::string> arguments) {
    const TemporaryFolder folder;
    const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    arguments.insert(arguments.begin(), (programs / "watchtower-ccc-simulator").string());
    Process process(
        {.command = arguments, .environment = {}, .output = folder.path() / "output", .user = {}, .folder = {}});
    const auto code = process.wait(10s);
    return {code, process.output()};
}

TEST(SimulatorProcess, TellsAllThatIsWrongWithItsOptionsAtOnce) {
    const Ended wrong = run({"--sim-players=0", "--port=x"});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_NE(wrong.output.find("SIM_PLAYERS"), std::string::npos) << wrong.output;
    EXPECT_NE(wrong.output.find("PORT"), std::string::npos) << wrong.output;
    const Ended crosswise =
        run({"--sim-shape=nomads=swarms", "--sim-worlds=a,a", R"(--sim-faults=[{"kind":"flood"}])"});
    EXPECT_EQ(crosswise.code, 2);
    for (const char* part : {"nomads=swarms", "SIM_WORLDS", "flood"}) {
        EXPECT_NE(crosswise.output.find(part), std::string::npos) << part << " is not in " << crosswise.output;
    }
}

TEST(SimulatorProcess, ChecksItsConfigurationWithoutServing) {
    EXPECT_EQ(run({"--check-config", "--sim-shape=nomads=grouped,players=integer"}).code, 0);
    EXPECT_EQ(run({"--help"}).code, 0);
    EXPECT_EQ(run({"--version"}).code, 0);
}

TEST(SimulatorProcess, EndsWhenItCannotListen) {
    const Simulator simulator;
    const Ended second = run({"--port", std::to_string(simulator.port())});
    EXPECT_EQ(second.code, 1);
    EXPECT_NE(second.output.find(std::to_string(simulator.port())), std::string::npos) << second.output;
}

TEST(SimulatorProcess, EndsInOrderOnASignalThoughAnAnswerIsHeldBack) {
    const TemporaryFolder folder;
    const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const int port = free_port();
    Process process({.command = {(programs / "watchtower-ccc-simulator").string(),
                                 "--port",
                                 std::to_string(port),
                                 "--sim-speed",
                                 "1000",
                                 R"(--sim-faults=[{"kind":"delay","milliseconds":60000}])"},
                     .environment = {},
                     .output = folder.path() / "output",
                     .user = {},
                     .folder = {}});
    http::Client client;
    http::FetchOptions options;
    options.timeout = 200ms;
    const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/nomads";
    while (client.get(url, options).error != http::FetchError::timeout && process.running()) {
    }
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(8s), 0) << process.output();
}

}  // namespace
}  // namespace watchtower::test
