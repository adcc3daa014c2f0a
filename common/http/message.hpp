#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.hpp"

namespace watchtower::http {

enum class Method { get, head, post, put, patch, del, options };

/// "GET", "DELETE".
[[nodiscard]] std::string_view to_text(Method method);
/// Nothing for a method that is not in the enumeration; methods are case-sensitive.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);
/// "Not Found" for 404, "Unknown" for what RFC 9110 and 6585 do not name.
[[nodiscard]] std::string_view reason_phrase(int status);

/// A name and its text: a header or a parameter.
using Pair = std::pair<std::string, std::string>;

/// A request as handlers see it: complete, checked and decoded.
struct Request {
    Method method = Method::get;
    std::string target;                 ///< as sent: path and query, still percent-encoded
    std::string path;                   ///< decoded, without the query; an encoded slash cannot be told from one
    std::vector<Pair> path_parameters;  ///< decoded, in the order of the route's pattern
    std::vector<Pair> query;            ///< decoded, in the order sent
    std::vector<Pair> headers;          ///< names in lower case, in the order sent
    std::string body;
    std::string peer;    ///< address of the other end, without port
    std::string client;  ///< address of who asks: the peer's, or what trusted proxies before it tell
    std::string id;      ///< taken from X-Request-Id or made

    /// The first header of that name (lower case).
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> query_parameter(std::string_view name) const;
    /// The path parameter of that name, which must stand in the route's pattern: otherwise throws Error.
    [[nodiscard]] const std::string& path_parameter(std::string_view name) const;
};

/// How an answer goes out when it is to go out badly: for servers that stand in for a bad one. Other connections are
/// not held up. A server that stops ends such connections.
struct Delivery {
    std::chrono::milliseconds delay{0};     ///< before the first byte
    std::size_t body_bytes_per_second = 0;  ///< 0: as fast as the client reads
    std::optional<std::size_t> body_bytes;  ///< the connection ends after so many, whatever Content-Length promised
    bool silent = false;                    ///< the connection ends after the delay, without any answer

    [[nodiscard]] bool usual() const { return *this == Delivery{}; }
    bool operator==(const Delivery&) const = default;
};

class Stream;

/// What a handler returns. The body is shared, so that one that is the same for everybody is made once.
/// The server writes Date, Server, Content-Length, Connection and X-Request-Id itself (a handler's are dropped), leaves
/// the body out for HEAD, and turns a 200 whose ETag the client already has into a 304. Control characters in a header
/// are dropped, so that no text can add a header.
struct Reply {
    int status = 200;
    std::vector<Pair> headers;
    std::shared_ptr<const std::string> body;
    Delivery delivery;
    /// Takes the connection over when the head has gone out, and ends it; there is no body then. HEAD and other
    /// statuses than 200 leave it out.
    std::shared_ptr<Stream> stream;

    static Reply text(std::string body, std::string content_type = "text/plain; charset=utf-8");
    static Reply json(std::string body);
    static Reply shared(std::shared_ptr<const std::string> body, std::string content_type);
    Reply& with(std::string name, std::string value);
};

/// Ends a request with this status as application/problem+json. `detail` is shown to the client.
class HttpError : public Error {
public:
    HttpError(int status, const std::string& detail, std::vector<Pair> headers = {})
        : Error(detail),
          status_(status),
          headers_(std::move(headers)) {}
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] const std::vector<Pair>& headers() const { return headers_; }

private:
    int status_;
    std::vector<Pair> headers_;
};

/// Called from several threads at once. May throw: HttpError as it says, BadInput is 400 with its text, Unavailable is
/// 503 with Retry-After and a fixed text, anything else 500 with a fixed text; the reason goes to the log.
using Handler = std::function<Reply(const Request&)>;

}  // namespace watchtower::http
