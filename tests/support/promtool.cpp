#include "tests/support/promtool.hpp"

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

testing::AssertionResult promtool_accepts(const std::string& text) {
    const TemporaryFolder folder;
    const auto input = folder.write("metrics.txt", text);
    Process promtool({.command = {"sh", "-c", R"("$1" check metrics < "$2")", "sh", find_program("promtool"), input},
                      .environment = {},
                      .output = folder.path() / "output",
                      .user = {},
                      .folder = {}});
    const auto code = promtool.wait(std::chrono::seconds(30));
    if (code == 0 && promtool.output().empty()) {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "promtool check metrics: exit code "
                                       << (code ? std::to_string(*code) : "none, still running") << ": "
                                       << promtool.output();
}

}  // namespace watchtower::test
