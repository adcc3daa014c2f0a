#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/chunked_body.hpp"
#include "common/http/message.hpp"

namespace watchtower::http {

struct ParserLimits {
    std::size_t head_bytes = 16UL * 1024;   ///< request line and headers; more is 431
    std::size_t target_bytes = 8UL * 1024;  ///< more is 414
    std::size_t headers = 100;              ///< more is 431
    std::size_t body_bytes = 64UL * 1024;   ///< more is 413
};

/// A request as it came, before routing: peer, id and path_parameters are still empty.
struct ParsedRequest {
    Request request;
    std::vector<std::string> segments;  ///< of the path, each decoded
    bool keep_alive = true;             ///< what the client wants after the answer
    bool is_1_0 = false;
};

/// The first part of a request.
struct ParsedHead {
    ParsedRequest parsed;
    std::size_t body_bytes = 0;
    bool is_chunked = false;
    bool expects_continue = false;
};

/// Where the name ends. Throws HttpError 400 when the line is not "name: value".
[[nodiscard]] std::size_t colon_of_header(std::string_view line);

/// Reads a request line and its header lines, without the empty line at their end, each ended by CRLF except the last.
/// The caller has seen to it that there are no other control characters than tabs. Throws HttpError.
[[nodiscard]] ParsedHead parse_head(std::string_view head, const ParserLimits& limits);

/// Cuts the bytes of one connection into requests. It takes what RFC 9112 allows and refuses what two readers could
/// understand in two ways (request smuggling). How the bytes are cut into feeds never changes the result. One thread at
/// a time.
class RequestParser {
public:
    explicit RequestParser(const ParserLimits& limits) : limits_(limits) {}

    void feed(std::string_view bytes);

    /// The next complete request, or nothing while bytes are missing. Throws HttpError with the status to answer when
    /// the bytes are no request we take; nothing that follows them can be trusted: the connection must be closed.
    [[nodiscard]] std::optional<ParsedRequest> next();

    /// True once for each request that waits for "100 Continue" before it sends its body. To be asked after next().
    [[nodiscard]] bool take_expectation();

    /// No byte of a request is waiting.
    [[nodiscard]] bool empty() const { return begin_ == buffer_.size() && !head_; }

private:
    bool find_head_end();
    bool end_line();
    bool read_head();
    bool read_body();
    void compact();

    ParserLimits limits_;
    std::string buffer_;
    std::size_t begin_ = 0;  // of what is not yet consumed
    std::size_t scan_ = 0;   // up to here find_head_end has looked
    std::size_t line_bytes_ = 0;
    bool after_cr_ = false;
    bool first_line_ = true;
    bool skipped_empty_line_ = false;
    std::optional<ParsedHead> head_;
    std::optional<ChunkedBody> chunks_;
};

}  // namespace watchtower::http
