#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/http/client.hpp"
#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// One of our programs as a process, listening on free ports of 127.0.0.1. After a restart the listener that `get`
/// talks to is on the port it had.
class Service final : public LocalServer {
public:
    struct Options {
        std::map<std::string, std::string> environment = {};
        std::vector<std::string> arguments = {};
        /// The flag of the port that `get` talks to: "port" or "management-port".
        std::string listener = "port";
        /// What must answer 200 before start returns; empty: it listens.
        std::string wait_for = {};
    };

    /// `name` is the program's without "watchtower-". Starts it; throws std::runtime_error with its output when it does
    /// not come up.
    Service(std::string name, Options options);

    /// `path` begins with a slash. One thread at a time.
    [[nodiscard]] http::FetchResult get(const std::string& path, std::vector<http::Pair> headers = {});

    /// The same with POST.
    [[nodiscard]] http::FetchResult post(const std::string& path,
                                         std::vector<http::Pair> headers = {},
                                         const std::string& body = {});

    /// The value of a sample of /metrics by its name and labels as printed; nothing when it is not there.
    [[nodiscard]] std::optional<double> metric(const std::string& series);

    /// The port of another listener ("port", "management-port").
    [[nodiscard]] int port_of(const std::string& listener) const;

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] std::map<std::string, std::string> environment() override { return options_.environment; }
    [[nodiscard]] bool is_ready(pid_t pid) override;

    const std::string name_;
    const Options options_;
    http::Client client_;
};

/// How one of our programs ended that was expected to end by itself within 30 s.
struct Ended {
    std::optional<int> code;
    std::string output;
};
[[nodiscard]] Ended run_to_end(const std::string& name,
                               const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment = {});

}  // namespace watchtower::test
