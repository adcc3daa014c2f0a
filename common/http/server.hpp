#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::http {

/// One query parameter that a route takes. What is not declared is refused with 400.
struct QueryParameter {
    std::string name;
    std::string description;
};

/// One row of a service's route table.
struct Route {
    Method method = Method::get;
    std::string pattern;  ///< "/api/v1/players/{id}": a segment in braces matches any one non-empty segment
    Handler handler;
    std::string summary;
    std::vector<QueryParameter> query;
};

/// What was answered, for metrics and the access log.
struct Exchange {
    Method method = Method::get;
    const Route* route = nullptr;  ///< null when no route matched or the request could not be read
    int status = 0;
    std::chrono::nanoseconds duration{0};
};

struct ServerOptions {
    std::string address = "127.0.0.1";  ///< IPv4 or IPv6 address to listen on
    std::uint16_t port = 0;             ///< 0: any free one; Server::port tells
    int threads = 2;
    std::size_t max_header_bytes = 16 * 1024;
    std::size_t max_body_bytes = 64 * 1024;
    std::chrono::milliseconds request_timeout{10'000};    ///< from a request's first byte to its last
    std::chrono::milliseconds keepalive_timeout{75'000};  ///< of a connection without a request
    std::string name = "watchtower";                      ///< the Server header
    /// Called on a worker after each answer; must not throw or block.
    std::function<void(const Exchange&)> on_exchange;
};

/// An HTTP/1.1 server on Pistache's listener and workers, with its own parser and writer (docs/http-server.md says why
/// and what cannot be had). HEAD is answered from GET's route; OPTIONS, 404 and 405 with Allow by itself.
class Server {
public:
    /// Listens at once; throws Unavailable that names address and port when they cannot be had. The handlers must live
    /// until the server is destroyed.
    Server(ServerOptions options, std::vector<Route> routes);
    /// Stops taking connections, waits for running handlers to be answered (5 s at most), joins the workers.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::http
