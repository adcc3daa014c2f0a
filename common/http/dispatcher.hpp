#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/http/answer.hpp"
#include "common/http/request_parser.hpp"
#include "common/http/router.hpp"
#include "common/http/server.hpp"

namespace watchtower::http {

/// A request and what is known of its answer before there is one.
struct Question {
    ParsedRequest parsed;
    std::chrono::steady_clock::time_point asked;
    const Route* route = nullptr;    ///< null: it was not looked for yet, or there is none
    std::vector<Pair> headers = {};  ///< of the answer, as the route's admit made them
};

/// From a parsed request to its answer: routing, checks, the handler, errors as problems. Thread-safe.
class Dispatcher {
public:
    Dispatcher(ServerOptions options, std::vector<Route> routes)
        : options_(std::move(options)),
          router_(std::move(routes)) {}

    /// Never throws: what a handler throws becomes an answer and a log line.
    /// Where the server has waiting threads and the handler is about to wait, the question is given back instead, for
    /// one of them to answer.
    [[nodiscard]] std::variant<Answer, std::unique_ptr<Question>> answer(ParsedRequest parsed,
                                                                         const std::string& peer) const noexcept;

    /// The answer to what `answer` gave back, however long that takes. Never throws, either.
    [[nodiscard]] Answer answer_waiting(Question& question) const noexcept;

    /// The same where too many wait already.
    [[nodiscard]] Answer refuse_waiting(const Question& question) const noexcept;

    /// The answer to what could not be read as a request; the connection ends after it.
    [[nodiscard]] Answer refuse(int status, const std::string& detail) const noexcept;

    /// From now on every answer ends its connection.
    void stop() { stopping_ = true; }
    [[nodiscard]] bool stopping() const { return stopping_; }

    [[nodiscard]] const ServerOptions& options() const { return options_; }

private:
    /// Finds the route and asks whether the client may use it; a reply where that is all.
    [[nodiscard]] std::optional<Reply> find_route(Question& question) const;
    [[nodiscard]] Reply dispatch(Question& question) const;
    [[nodiscard]] Reply reply_or_problem(Question& question) const;
    [[nodiscard]] Answer finish(const Question& question, Reply reply) const noexcept;
    void observe(const Exchange& exchange) const noexcept;

    ServerOptions options_;
    Router router_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace watchtower::http
