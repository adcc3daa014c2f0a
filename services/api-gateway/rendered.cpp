#include "services/api-gateway/rendered.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

#include "common/http/gzip.hpp"

namespace watchtower::gateway {

namespace {

/// FNV-1a, 64 bits (draft-eastlake-fnv): tells bodies of one tick apart, protects nothing.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 14695981039346656037ULL;
    for (const char c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return value;
}

template <typename Integer>
std::string in_hex(Integer value) {
    std::array<char, 20> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return {digits.data(), result.ptr};
}

}  // namespace

Rendered render(std::string body, TimePoint tick, std::string content_type, bool compressed) {
    Rendered rendered;
    rendered.etag_stem = in_hex(tick.time_since_epoch().count()) + '-' + in_hex(hash(body));
    rendered.content_type = std::move(content_type);
    std::string gzip = compressed ? http::gzip(body) : "";
    if (compressed && gzip.size() < body.size()) {
        rendered.gzip = std::make_shared<const std::string>(std::move(gzip));
    }
    rendered.plain = std::make_shared<const std::string>(std::move(body));
    return rendered;
}

Rendered render(std::string_view plain, std::string_view gzip, std::string content_type) {
    Rendered rendered;
    rendered.etag_stem = in_hex(hash(plain));
    rendered.content_type = std::move(content_type);
    if (gzip.size() < plain.size()) {
        rendered.gzip = std::make_shared<const std::string>(gzip);
    }
    rendered.plain = std::make_shared<const std::string>(plain);
    return rendered;
}

http::Reply reply_with(const Rendered& rendered, const http::Request& request) {
    const bool compressed = rendered.gzip && http::accepts_gzip(request);
    http::Reply reply = http::Reply::shared(compressed ? rendered.gzip : rendered.plain, rendered.content_type);
    reply.with("ETag", '"' + rendered.etag_stem + (compressed ? "-gz\"" : "\""));
    reply.with("Vary", "Accept-Encoding");
    if (compressed) {
        reply.with("Content-Encoding", "gzip");
    }
    return reply;
}

}  // namespace watchtower::gateway
