#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "common/http/server.hpp"

namespace watchtower::test {

/// The game's API in this process, whose sections say what a test tells them to; without that they are empty lists.
/// Thread-safe.
class ScriptedGame {
public:
    /// Is given the query parameter `page`, "" when there is none.
    using Answer = std::function<http::Reply(const std::string& page)>;

    ScriptedGame();

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

    /// "/combat/stats" or another section's path. Called by several threads, one request at a time.
    void answer(const std::string& path, Answer answer);
    void answer(const std::string& path, const std::string& body);

private:
    [[nodiscard]] std::vector<http::Route> routes();

    std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    http::Server server_;
};

}  // namespace watchtower::test
