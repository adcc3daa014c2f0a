#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/http/client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace watchtower::test {

/// One of our programs as a process, listening on a free port of 127.0.0.1.
class Service {
public:
    struct Options {
        std::map<std::string, std::string> environment = {};
        std::vector<std::string> arguments = {};
        /// The flag of the port that `get` talks to, which will be a free one: "port" or "management-port".
        std::string listener = "port";
    };

    /// `name` is the program's without "watchtower-". Returns when it listens; throws std::runtime_error with its
    /// output when it does not.
    Service(const std::string& name, Options options);

    [[nodiscard]] int port() const { return port_; }
    /// `path` begins with a slash. One thread at a time.
    [[nodiscard]] http::FetchResult get(const std::string& path, std::vector<http::Pair> headers = {});

    [[nodiscard]] Process& process() { return process_; }
    [[nodiscard]] std::string output() const { return process_.output(); }

private:
    [[nodiscard]] int wait_for_port(const std::string& listener);

    TemporaryFolder folder_;
    Process process_;
    int port_ = 0;
    http::Client client_;
};

/// How one of our programs ended that was expected to end by itself within 10 s.
struct Ended {
    std::optional<int> code;
    std::string output;
};
[[nodiscard]] Ended run_to_end(const std::string& name,
                               const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment = {});

}  // namespace watchtower::test
