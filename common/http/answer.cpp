#include "common/http/answer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "common/http/syntax.hpp"
#include "proto-json/problem.hpp"

namespace watchtower::http {

namespace {

constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

bool is_servers_own(std::string_view name) {
    static constexpr std::string_view kOwn[] = {
        "date", "server", "content-length", "connection", "transfer-encoding", "x-request-id"};
    return std::any_of(std::begin(kOwn), std::end(kOwn), [&](auto own) { return equals_ignoring_case(own, name); });
}

bool describes_body(std::string_view name) {
    static constexpr std::string_view kOfBody[] = {"content-type", "content-encoding", "content-language"};
    return std::any_of(
        std::begin(kOfBody), std::end(kOfBody), [&](auto other) { return equals_ignoring_case(other, name); });
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
    const auto append = [&](std::string_view text) {
        std::copy_if(text.begin(), text.end(), std::back_inserter(head), [](char c) {
            return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t';
        });
    };
    append(name);
    head += ": ";
    append(value);
    head += "\r\n";
}

const Pair* find_header(const Reply& reply, std::string_view name) {
    const auto found = std::find_if(reply.headers.begin(), reply.headers.end(), [&](const Pair& header) {
        return equals_ignoring_case(header.first, name);
    });
    return found == reply.headers.end() ? nullptr : &*found;
}

std::string to_http_date(std::time_t seconds) {
    static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    constexpr std::size_t kRoom = 64;
    std::array<char, kRoom> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays.at(static_cast<std::size_t>(parts.tm_wday)),
                                     parts.tm_mday,
                                     kMonths.at(static_cast<std::size_t>(parts.tm_mon)),
                                     parts.tm_year + 1900,
                                     parts.tm_hour,
                                     parts.tm_min,
                                     parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

const std::string& http_date_now() {
    thread_local std::time_t made_at = -1;
    thread_local std::string text;
    const auto now = std::time(nullptr);
    if (now != made_at) {
        text = to_http_date(now);
        made_at = now;
    }
    return text;
}

Answer to_answer(const Reply& reply, const Envelope& envelope) {
    const int status = reply.status >= 200 && reply.status <= 599 ? reply.status : 500;
    const bool bodiless = status == kNoContent || status == kNotModified;
    const bool streams = reply.stream && status == kOk;
    const std::size_t length = reply.body ? reply.body->size() : 0;
    constexpr std::size_t kUsualHead = 512;
    Answer answer;
    auto& head = answer.head;
    head.reserve(kUsualHead);
    head += "HTTP/1.1 ";
    head += std::to_string(status);
    head += ' ';
    head += reason_phrase(status);
    head += "\r\n";
    append_header(head, "Date", http_date_now());
    append_header(head, "Server", envelope.server);
    append_header(head, "X-Request-Id", envelope.request_id);
    if (!bodiless && !streams) {
        append_header(head, "Content-Length", std::to_string(length));
    }
    const bool close = envelope.close || streams;  // a stream's end is the connection's
    if (close) {
        append_header(head, "Connection", "close");
    } else if (envelope.says_keep_alive) {
        append_header(head, "Connection", "keep-alive");
    }
    for (const auto& [name, value] : reply.headers) {
        if (!is_servers_own(name) && !(bodiless && describes_body(name))) {
            append_header(head, name, value);
        }
    }
    head += "\r\n";
    if (streams && !envelope.without_body) {
        answer.stream = reply.stream;
    } else if (!bodiless && !envelope.without_body && length > 0) {
        answer.body = reply.body;
    }
    answer.close = close;
    answer.delivery = reply.delivery;
    return answer;
}

Reply problem_reply(int status,
                    std::string_view detail,
                    std::string_view request_id,
                    const std::vector<Pair>& headers) {
    proto::Problem problem;
    problem.status = status;
    problem.title = reason_phrase(status);
    problem.detail = detail;
    problem.request_id = request_id;
    auto reply = Reply::text(encode(problem), "application/problem+json");
    reply.status = status;
    reply.headers.insert(reply.headers.end(), headers.begin(), headers.end());
    if ((status == 503 || status == 429) && find_header(reply, "Retry-After") == nullptr) {
        reply.with("Retry-After", "5");
    }
    return reply;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
    const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
    const auto wanted = opaque(etag);
    std::size_t at = if_none_match.find_first_not_of(" \t,");
    while (at != std::string_view::npos) {
        const auto rest = if_none_match.substr(at);
        if (rest.front() == '*') {
            return true;
        }
        const auto open = rest.find('"');
        const auto close = open == std::string_view::npos ? open : rest.find('"', open + 1);
        if (close == std::string_view::npos) {
            return false;
        }
        if (opaque(rest.substr(0, close + 1)) == wanted) {
            return true;
        }
        at = if_none_match.find_first_not_of(" \t,", at + close + 1);
    }
    return false;
}

void apply_conditions(const Request& request, Reply& reply) {
    const bool is_read = request.method == Method::get || request.method == Method::head;
    const auto condition = request.header("if-none-match");
    if (reply.status != 200 || !is_read || !condition) {
        return;
    }
    const auto* const etag = find_header(reply, "ETag");
    if (etag != nullptr && etag_matches(*condition, etag->second)) {
        reply.status = kNotModified;
        reply.body = nullptr;
    }
}

}  // namespace watchtower::http
