#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace watchtower::test {

/// A child process of a test. Its output goes to a file that a failing test can show. It dies with the test program
/// (PR_SET_PDEATHSIG) and at the latest with this object (SIGKILL).
class Process {
public:
    struct Options {
        std::vector<std::string> command;                ///< found in PATH when without a slash
        std::map<std::string, std::string> environment;  ///< added to the test's own
        std::filesystem::path output;                    ///< where stdout and stderr go; appended to
        std::string user;                                ///< run as this user (needs root); empty: as the test
        std::filesystem::path folder;                    ///< working directory; empty: the test's
    };

    /// Throws std::runtime_error when it cannot be started: no such program, no such user.
    explicit Process(const Options& options);
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool running();
    void signal(int number) const;

    /// Waits for the end: the exit code, or 128 + the signal that ended it; nothing when the deadline passed.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds deadline);

    /// SIGTERM, and SIGKILL after the deadline. The exit code as wait gives it.
    int stop(std::chrono::milliseconds deadline = std::chrono::seconds(10));

    /// What it has written so far.
    [[nodiscard]] std::string output() const;

private:
    pid_t pid_ = -1;
    std::optional<int> status_;
    std::filesystem::path output_;
};

/// The path of an executable in PATH or in the folders where Debian keeps servers (/usr/sbin, PostgreSQL's).
/// Throws std::runtime_error that names the Debian package when there is none: a missing server fails a test.
[[nodiscard]] std::filesystem::path find_program(const std::string& name);

/// A TCP port of 127.0.0.1 that is free now. Only for servers that cannot be given port 0.
[[nodiscard]] int free_port();

}  // namespace watchtower::test
