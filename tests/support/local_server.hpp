#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

/// A real server for one test: its own folder, a free port of 127.0.0.1, and the failures a test needs. It stays on the
/// port it got at its first start. Ends with this object.
class LocalServer {
public:
    virtual ~LocalServer() = default;
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    /// Returns when the server answers. Throws std::runtime_error with the server's output when it does not.
    void start();
    /// An orderly end, as an operator's restart begins. The exit code, 128 + the signal when one ended it.
    int stop();
    /// A crash.
    void kill();
    /// Stops answering but keeps its connections (and the kernel accepts new ones), like a dead machine.
    void freeze();
    void thaw();

    [[nodiscard]] int port() const { return port_; }
    /// Only after the first start.
    [[nodiscard]] Process& process() { return *process_; }
    [[nodiscard]] std::string output() const { return process_ ? process_->output() : std::string(); }

protected:
    LocalServer() = default;

    /// The command line; called at each start.
    [[nodiscard]] virtual std::vector<std::string> command() = 0;
    /// Added to the test's own environment; called at each start.
    [[nodiscard]] virtual std::map<std::string, std::string> environment() { return {}; }
    /// Whether the process with this id is ready for use.
    [[nodiscard]] virtual bool is_ready(pid_t pid) = 0;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    void write_file(const std::string& name, const std::string& content) const { (void)folder_.write(name, content); }
    void set_port(int port) { port_ = port; }

private:
    TemporaryFolder folder_;
    std::optional<Process> process_;
    int port_ = 0;
};

}  // namespace watchtower::test
