#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/http/address_set.hpp"
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
    /// "/api/v1/players/{id}": a segment in braces matches any one non-empty segment; a literal one wins over it.
    std::string pattern;
    Handler handler;
    std::string summary;
    std::vector<QueryParameter> query;
    /// Called before the handler; null: everybody is let in. What it adds to `headers` stands on the answer whatever
    /// becomes of the request, its own exception included. Throws as a handler does.
    std::function<void(const Request&, std::vector<Pair>& headers)> admit = {};
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
    /// For handlers that call about_to_wait (waiting.hpp), so that they hold up nobody else. 0: they wait on a worker.
    int waiting_threads = 0;
    std::size_t max_waiting_requests = 256;  ///< that wait for a waiting thread; a further one is answered 503
    std::size_t max_header_bytes = 16UL * 1024;
    std::size_t max_body_bytes = 64UL * 1024;
    std::chrono::milliseconds request_timeout{10'000};    ///< from a request's first byte to its last
    std::chrono::milliseconds keepalive_timeout{75'000};  ///< of a connection without a request
    std::chrono::milliseconds write_timeout{10'000};      ///< a client that reads nothing for so long is cut off
    std::chrono::milliseconds stop_timeout{5'000};        ///< what the destructor waits for answers in hand
    /// When there are so many, the one that has waited longest for its next request is closed for a new one; where none
    /// waits, the new one is answered 503. Never more than three quarters of the process's limit of descriptors, which
    /// is raised as far as this needs and the system allows.
    std::size_t max_connections = 4096;
    /// Of one IPv4 address or IPv6 /64; a further one is answered 429. Trusted proxies have no such bound. 0: nobody
    /// has.
    std::size_t max_connections_per_address = 256;
    std::string name = "watchtower";  ///< the Server header
    AddressSet trusted_proxies;       ///< whose X-Forwarded-For says who asks
    /// Sees each answer before it is written, those of the server itself (404, OPTIONS …) too, and may add headers.
    /// Not called for what could not be read as a request. Called on a worker or a waiting thread; an exception is a
    /// 500.
    std::function<void(const Request&, Reply&)> decorate;
    /// Called on a worker or a waiting thread after each answer; must not throw or block.
    std::function<void(const Exchange&)> on_exchange;
};

/// An HTTP/1.1 server on Pistache's listener and workers, with its own parser and writer (docs/http-server.md says why
/// and what cannot be had). HEAD is answered from GET's route; OPTIONS, 404 and 405 with Allow by itself.
class Server {
public:
    /// Listens at once; throws Unavailable that names address and port when they cannot be had ("listen
    /// 127.0.0.1:8000: address already in use"), Error when the routes contradict each other. What the handlers use
    /// must live until the server is destroyed.
    Server(ServerOptions options, std::vector<Route> routes);
    /// Takes no new connection, closes the idle ones, waits for requests in hand to be answered
    /// (stop_timeout at most; a handler that runs longer is waited for, unanswered), joins the workers.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::http
