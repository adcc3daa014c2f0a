#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/http/server.hpp"

namespace watchtower::collector {

/// The game's API in this process: every path of section nomads, answered by one function that gets the request and how
/// many came before it. Requests are kept.
class Game {
public:
    using Answer = std::function<http::Reply(const http::Request&, std::size_t before)>;

    explicit Game(Answer answer);
    ~Game() { release(); }
    Game(const Game&) = delete;
    Game& operator=(const Game&) = delete;

    /// For an answer that takes its time: waits until release is called.
    void hold();
    void release();

    [[nodiscard]] std::string url(const std::string& path = "") const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }
    [[nodiscard]] std::vector<http::Request> requests() const;
    /// Their paths and queries.
    [[nodiscard]] std::vector<std::string> targets() const;

private:
    http::Reply handle(const http::Request& request);
    std::vector<http::Route> routes();

    Answer answer_;
    mutable std::mutex mutex_;
    std::condition_variable released_;
    bool is_released_ = false;
    std::vector<http::Request> requests_;
    http::Server server_;
};

/// A status with an empty body.
http::Reply status(int code);

/// A page with one nomad; `next` is JSON.
http::Reply page(const std::string& player, const std::string& next = "null");

/// As gzip writes it.
std::string gzip(const std::string& text);

/// A server that says exactly what it was told, HTTP or not: one text for each connection, the last one for all
/// further ones, written after the request has come; then it closes.
class RawServer {
public:
    explicit RawServer(std::vector<std::string> answers);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    void serve(const std::vector<std::string>& answers) const;

    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

}  // namespace watchtower::collector
