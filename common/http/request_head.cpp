#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "common/http/request_parser.hpp"
#include "common/http/syntax.hpp"
#include "common/http/uri.hpp"

namespace watchtower::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

bool consists_of(std::string_view text, std::string_view marks) {
    return std::all_of(text.begin(), text.end(), [marks](char c) {
        return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
    });
}

/// A name or address, perhaps with a port (RFC 3986 3.2); the name may be missing.
void check_host(std::string_view value) {
    const bool bracketed = value.starts_with('[');
    const auto host_end = std::min(value.find(bracketed ? ']' : ':'), value.size());
    const auto host = value.substr(0, host_end);
    auto rest = value.substr(host_end);
    bool valid = bracketed ? consists_of(host.substr(1), ":.") : consists_of(host, "-._~!$&'()*+,;=%");
    if (bracketed) {
        valid = valid && !rest.empty();
        rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    }
    const bool has_port = rest.starts_with(':');
    const bool port_is_number = rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!valid || (!rest.empty() && !(has_port && port_is_number))) {
        throw HttpError(400, "the host is invalid");
    }
}

/// "http://host/path" is what a proxy is sent; RFC 9112 3.2.2 wants every server to take it.
std::string to_origin_form(std::string_view target) {
    const auto start = lower(target.substr(0, 8));
    const std::size_t scheme = start == "https://" ? 8 : start.starts_with("http://") ? 7 : 0;
    if (scheme == 0) {
        return std::string(target);
    }
    const auto host_end = std::min(target.find_first_of("/?#", scheme), target.size());
    const auto host = target.substr(scheme, host_end - scheme);
    check_host(host);
    if (host.empty() || host.starts_with(':')) {
        throw HttpError(400, "the request's target names no host");
    }
    const auto rest = target.substr(host_end);
    return rest.starts_with('/') ? std::string(rest) : std::string("/").append(rest);
}

void read_target(std::string_view sent, Request& request, std::vector<std::string>& segments) {
    request.target = to_origin_form(sent);
    const std::string_view target = request.target;
    if (target == "*" && request.method == Method::options) {
        request.path = "*";
        return;
    }
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
        throw HttpError(400, "the request's target is no path");
    }
    const auto question = std::min(target.find('?'), target.size());
    try {
        segments = parse_path(target.substr(0, question));
        request.path = percent_decode(target.substr(0, question), false);
        request.query = parse_query(target.substr(std::min(question + 1, target.size())));
    } catch (const BadInput& e) {
        throw HttpError(400, e.what());
    }
}

/// Fills method and target. True for HTTP/1.1 and later, false for 1.0.
bool read_request_line(std::string_view line, const ParserLimits& limits, ParsedRequest& parsed) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || line.find('\t') != std::string_view::npos) {
        throw HttpError(400, "the request line is not 'method target version'");
    }
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (!is_token(method) || target.empty() || target.find(' ') != std::string_view::npos) {
        throw HttpError(400, "the request line is not 'method target version'");
    }
    const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                            version[6] == '.' && is_digit(version[7]);
    if (!is_version || version[5] != '1') {
        throw HttpError(is_version ? 505 : 400, "the version is not HTTP/1.1 or HTTP/1.0");
    }
    if (target.size() > limits.target_bytes) {
        throw HttpError(414, "the URL is too long");
    }
    const auto known = parse_method(method);
    if (!known) {
        throw HttpError(501, "the method is not known");
    }
    parsed.request.method = *known;
    read_target(target, parsed.request, parsed.segments);
    return version != "HTTP/1.0";  // a later 1.x is to be taken for the latest that is known (RFC 9110 2.5)
}

void read_header_line(std::string_view line, std::vector<Pair>& headers) {
    const auto colon = colon_of_header(line);
    headers.emplace_back(lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

std::size_t parse_length(std::string_view value, const ParserLimits& limits) {
    if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) {
        throw HttpError(400, "the Content-Length is invalid");
    }
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error != std::errc() || length > limits.body_bytes) {
        throw HttpError(413, "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
    }
    return length;
}

/// What the headers say about the message itself.
struct Framing {
    int hosts = 0;
    int lengths = 0;
    std::optional<std::string_view> transfer_encoding{};
    int transfer_encodings = 0;
    bool close = false;
    bool keep_alive = false;
};

void read_connection(std::string_view value, Framing& framing) {
    while (!value.empty()) {
        const auto option = lower(trim(take_until(value, ",")));
        framing.close = framing.close || option == "close";
        framing.keep_alive = framing.keep_alive || option == "keep-alive";
    }
}

Framing read_framing(const std::vector<Pair>& headers) {
    Framing framing;
    for (const auto& [name, value] : headers) {
        if (name == "host") {
            ++framing.hosts;
            check_host(value);
        } else if (name == "content-length") {
            ++framing.lengths;
        } else if (name == "transfer-encoding") {
            framing.transfer_encoding = value;
            ++framing.transfer_encodings;
        } else if (name == "connection") {
            read_connection(value, framing);
        }
    }
    return framing;
}

void check_framing(const Framing& framing, bool is_1_1) {
    if (framing.hosts > 1 || (framing.hosts == 0 && is_1_1)) {
        throw HttpError(400, "there must be one Host header");
    }
    if (framing.lengths > 1) {
        throw HttpError(400, "there is more than one Content-Length");
    }
    if (!framing.transfer_encoding) {
        return;
    }
    if (framing.lengths > 0 || !is_1_1 || framing.transfer_encodings > 1) {
        throw HttpError(400, "Transfer-Encoding cannot be together with another one, Content-Length or HTTP/1.0");
    }
    if (!equals_ignoring_case(*framing.transfer_encoding, "chunked")) {
        throw HttpError(501, "the only Transfer-Encoding that is known is chunked");
    }
}

}  // namespace

std::size_t colon_of_header(std::string_view line) {
    const auto colon = line.find(':');
    // a space before the colon or at the line's begin (folding) is no token either
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        throw HttpError(400, "a header line is not 'name: value'");
    }
    return colon;
}

ParsedHead parse_head(std::string_view head, const ParserLimits& limits) {
    ParsedHead result;
    auto& request = result.parsed.request;
    const bool is_1_1 = read_request_line(take_until(head, kLineEnd), limits, result.parsed);
    while (!head.empty()) {
        read_header_line(take_until(head, kLineEnd), request.headers);
        if (request.headers.size() > limits.headers) {
            throw HttpError(431, "there are more than " + std::to_string(limits.headers) + " headers");
        }
    }
    const auto framing = read_framing(request.headers);
    check_framing(framing, is_1_1);
    result.parsed.keep_alive = !framing.close && (is_1_1 || framing.keep_alive);
    result.parsed.is_1_0 = !is_1_1;
    result.is_chunked = framing.transfer_encoding.has_value();
    if (const auto expect = request.header("expect"); expect && is_1_1) {
        if (lower(*expect) != "100-continue") {
            throw HttpError(417, "the only expectation that can be met is 100-continue");
        }
        result.expects_continue = true;
    }
    if (const auto length = request.header("content-length")) {
        result.body_bytes = parse_length(*length, limits);
    }
    return result;
}

}  // namespace watchtower::http
