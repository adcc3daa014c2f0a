#pragma once

#include <map>
#include <string>

#include "common/http/client.hpp"
#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// Our simulator of the game as a process, on a free port. Its world stands still until it is stepped.
class Simulator final : public LocalServer {
public:
    struct Options {
        std::map<std::string, std::string> flags = {};  ///< {"sim-players", "50"}; sim-speed is 0 unless given
    };

    /// Starts it.
    Simulator() : Simulator(Options{}) {}
    explicit Simulator(Options options);

    /// "http://127.0.0.1:port", or of one world of several.
    [[nodiscard]] std::string url(const std::string& world = "") const;

    /// `path` begins with a slash. One thread at a time.
    [[nodiscard]] http::FetchResult get(const std::string& path, std::vector<http::Pair> headers = {});
    [[nodiscard]] http::FetchResult post(const std::string& path,
                                         const std::string& body = "",
                                         std::vector<http::Pair> headers = {});

    /// Each throws std::runtime_error with the answer when that is not 200.
    void step(int seconds);
    void reset();
    /// A JSON list; "[]" ends all faults.
    void set_faults(const std::string& faults);
    /// JSON.
    [[nodiscard]] std::string truth(const std::string& world = "");

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] bool is_ready(pid_t pid) override;
    void expect_ok(const std::string& what, const http::FetchResult& result) const;

    Options options_;
    http::Client client_;
};

}  // namespace watchtower::test
