#include "common/http/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "common/base/log.hpp"
#include "common/http/waiting.hpp"

namespace watchtower::http {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kInternalError = "the server failed";
constexpr const char* kTooManyWaiting = "too many requests wait for an answer; try again later";
constexpr std::string_view kUnavailable = "the server cannot answer this at present; try again later";

std::string make_id() {
    thread_local std::mt19937_64 random = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    constexpr std::size_t kRoom = 33;
    std::array<char, kRoom> text{};
    std::snprintf(text.data(),
                  text.size(),
                  "%016llx%016llx",
                  static_cast<unsigned long long>(random()),
                  static_cast<unsigned long long>(random()));
    return text.data();
}

bool is_request_id(std::string_view id) {
    constexpr std::size_t kLongest = 64;
    return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::string id_of(const Request& request) {
    const auto given = request.header("x-request-id");
    return given && is_request_id(*given) ? std::string(*given) : make_id();
}

void check_query(const Request& request, const Route& route) {
    for (std::size_t i = 0; i < request.query.size(); ++i) {
        const auto& name = request.query[i].first;
        const bool declared = std::any_of(
            route.query.begin(), route.query.end(), [&](const QueryParameter& known) { return known.name == name; });
        if (!declared) {
            throw BadInput("query parameter " + name + ": is not known");
        }
        const auto end = request.query.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::any_of(request.query.begin(), end, [&](const Pair& earlier) { return earlier.first == name; })) {
            throw BadInput("query parameter " + name + ": is given twice");
        }
    }
}

Reply allowing(int status, const std::string& allow) {
    Reply reply;
    reply.status = status;
    return reply.with("Allow", allow);
}

void log_failure(const Request& request, int status, std::string_view reason) {
    const auto fields = {log::Field("request_id", request.id),
                         log::Field("method", to_text(request.method)),
                         log::Field("path", request.path),
                         log::Field("client", request.client),
                         log::Field("status", status),
                         log::Field("error", reason)};
    if (status == 503) {
        log::warn("request_failed", fields);
    } else {
        log::error("request_failed", fields);
    }
}

}  // namespace

std::optional<Reply> Dispatcher::find_route(Question& question) const {
    auto& request = question.parsed.request;
    request.client = client_address(options_.trusted_proxies, request.peer, request);
    if (request.path == "*") {
        return allowing(204, router_.allow_all());
    }
    auto match = router_.find(request.method, question.parsed.segments);
    if (match.route == nullptr) {
        if (match.allow.empty()) {
            throw HttpError(404, "there is nothing at this path");
        }
        if (request.method == Method::options) {
            return allowing(204, match.allow);
        }
        throw HttpError(405, "this path does not take this method", {{"Allow", match.allow}});
    }
    const Route& route = *match.route;
    question.route = &route;
    request.path_parameters = std::move(match.parameters);
    check_query(request, route);
    if (route.admit) {
        route.admit(request, question.headers);
    }
    return std::nullopt;
}

Reply Dispatcher::dispatch(Question& question) const {
    if (question.route == nullptr) {
        if (auto reply = find_route(question)) {
            return *std::move(reply);
        }
    }
    const auto& request = question.parsed.request;
    auto reply = question.route->handler(request);
    apply_conditions(request, reply);
    return reply;
}

/// One of the three places where everything is caught: here an exception becomes an answer.
Reply Dispatcher::reply_or_problem(Question& question) const {
    const auto& request = question.parsed.request;
    try {
        return dispatch(question);
    } catch (const WaitElsewhere&) {
        throw;
    } catch (const HttpError& e) {
        return problem_reply(e.status(), e.what(), request.id, e.headers());
    } catch (const BadInput& e) {
        return problem_reply(400, e.what(), request.id);
    } catch (const Unavailable& e) {
        log_failure(request, 503, e.what());
        return problem_reply(503, kUnavailable, request.id);
    } catch (const std::exception& e) {
        log_failure(request, 500, e.what());
    } catch (...) {
        log_failure(request, 500, "not a std::exception");
    }
    return problem_reply(500, kInternalError, request.id);
}

std::variant<Answer, std::unique_ptr<Question>> Dispatcher::answer(ParsedRequest parsed,
                                                                   const std::string& peer) const noexcept {
    Question question{std::move(parsed), SteadyClock::now()};
    auto& request = question.parsed.request;
    request.peer = peer;
    request.id = id_of(request);
    try {
        const NoWaiting guard(options_.waiting_threads > 0);
        return finish(question, reply_or_problem(question));
    } catch (const WaitElsewhere&) {
        return std::make_unique<Question>(std::move(question));
    }
}

Answer Dispatcher::answer_waiting(Question& question) const noexcept {
    return finish(question, reply_or_problem(question));
}

Answer Dispatcher::refuse_waiting(const Question& question) const noexcept {
    return finish(question, problem_reply(503, kTooManyWaiting, question.parsed.request.id));
}

Answer Dispatcher::finish(const Question& question, Reply reply) const noexcept {
    const auto& request = question.parsed.request;
    reply.headers.insert(reply.headers.end(), question.headers.begin(), question.headers.end());
    if (options_.decorate) {
        try {
            options_.decorate(request, reply);
        } catch (...) {
            log_failure(request, 500, "the decoration of the answer failed");
            reply = problem_reply(500, kInternalError, request.id);
        }
    }
    const bool is_head = request.method == Method::head;
    const bool close = !question.parsed.keep_alive || stopping_;
    auto answer = to_answer(reply, {options_.name, request.id, close, is_head, question.parsed.is_1_0});
    observe({request.method, question.route, reply.status, SteadyClock::now() - question.asked});
    return answer;
}

Answer Dispatcher::refuse(int status, const std::string& detail) const noexcept {
    const auto id = make_id();
    log::debug("request_refused", {{"request_id", id}, {"status", status}, {"error", detail}});
    observe({Method::get, nullptr, status, std::chrono::nanoseconds(0)});
    return to_answer(problem_reply(status, detail, id), {options_.name, id, true, false, false});
}

void Dispatcher::observe(const Exchange& exchange) const noexcept {
    if (!options_.on_exchange) {
        return;
    }
    try {
        options_.on_exchange(exchange);
    } catch (...) {
        log::error("exchange_observer_failed");
    }
}

}  // namespace watchtower::http
