#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "common/http/answer.hpp"
#include "common/http/request_parser.hpp"
#include "common/http/router.hpp"
#include "common/http/server.hpp"

namespace watchtower::http {

/// From a parsed request to its answer: routing, checks, the handler, errors as problems. Thread-safe.
class Dispatcher {
public:
    Dispatcher(ServerOptions options, std::vector<Route> routes)
        : options_(std::move(options)),
          router_(std::move(routes)) {}

    /// Never throws: what a handler throws becomes an answer and a log line.
    [[nodiscard]] Answer answer(ParsedRequest parsed, const std::string& peer) const noexcept;

    /// The answer to what could not be read as a request; the connection ends after it.
    [[nodiscard]] Answer refuse(int status, const std::string& detail) const noexcept;

    /// From now on every answer ends its connection.
    void stop() { stopping_ = true; }
    [[nodiscard]] bool stopping() const { return stopping_; }

    [[nodiscard]] const ServerOptions& options() const { return options_; }

private:
    /// What is known of a request's answer before there is one.
    struct Outset {
        const Route* route = nullptr;
        std::vector<Pair> headers;  ///< as its admit made them
    };

    [[nodiscard]] Reply dispatch(ParsedRequest& parsed, Outset& outset) const;
    [[nodiscard]] Reply reply_or_problem(ParsedRequest& parsed, Outset& outset) const;
    void observe(const Exchange& exchange) const noexcept;

    ServerOptions options_;
    Router router_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace watchtower::http
