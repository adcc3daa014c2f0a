#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/http/message.hpp"
#include "common/http/stream.hpp"

namespace watchtower::http {

/// An answer as it goes over the wire: a head of its own and a body that may be shared with other answers.
struct Answer {
    std::string head;
    std::shared_ptr<const std::string> body;  ///< null: none
    bool close = false;                       ///< the connection ends after it
    Delivery delivery{};
    std::shared_ptr<Stream> stream{};  ///< goes on after the head; there is no body then
};

/// What the server adds to a reply.
struct Envelope {
    std::string_view server;
    std::string_view request_id;
    bool close = false;
    bool without_body = false;     ///< the request was HEAD
    bool says_keep_alive = false;  ///< unless `close`: HTTP/1.0 clients are told
};

/// Status line, headers and body. A status outside of 200 to 599 becomes 500.
[[nodiscard]] Answer to_answer(const Reply& reply, const Envelope& envelope);

/// An error as application/problem+json. 503 and 429 get a Retry-After unless `headers` has one.
[[nodiscard]] Reply problem_reply(int status,
                                  std::string_view detail,
                                  std::string_view request_id,
                                  const std::vector<Pair>& headers = {});

/// Whether an If-None-Match value ("*", or a list of tags) names this ETag, compared weakly (RFC 9110 13.1.2).
[[nodiscard]] bool etag_matches(std::string_view if_none_match, std::string_view etag);

/// Turns a 200 into a 304 without body when the request has its ETag already; other replies stay as they are.
void apply_conditions(const Request& request, Reply& reply);

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second for each thread.
[[nodiscard]] const std::string& http_date_now();

}  // namespace watchtower::http
