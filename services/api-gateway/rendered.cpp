#include "services/api-gateway/rendered.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include <zlib.h>

#include "common/base/error.hpp"
#include "services/api-gateway/accept.hpp"

namespace watchtower::gateway {

namespace {

constexpr int kGzipLevel = 6;
constexpr int kGzipWindowBits = 15 + 16;  // 16: a gzip header instead of zlib's
constexpr int kMemoryLevel = 8;

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

std::string gzip(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error("zlib: deflateInit2: no memory");
    }
    std::string out(deflateBound(&stream, text.size()), '\0');
    std::string in(text);  // next_in is not const
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw Error("zlib: deflate: code " + std::to_string(result));
    }
    return out;
}

Rendered render(std::string body, TimePoint tick, std::string content_type) {
    Rendered rendered;
    rendered.etag_stem = in_hex(tick.time_since_epoch().count()) + '-' + in_hex(hash(body));
    rendered.content_type = std::move(content_type);
    std::string compressed = gzip(body);
    if (compressed.size() < body.size()) {
        rendered.gzip = std::make_shared<const std::string>(std::move(compressed));
    }
    rendered.plain = std::make_shared<const std::string>(std::move(body));
    return rendered;
}

bool accepts_gzip(const http::Request& request) {
    const auto header = request.header("accept-encoding");
    if (!header) {
        return false;
    }
    const auto named = quality(*header, "gzip");
    return named.value_or(quality(*header, "*").value_or(0)) > 0;
}

http::Reply reply_with(const Rendered& rendered, const http::Request& request) {
    const bool compressed = rendered.gzip && accepts_gzip(request);
    http::Reply reply = http::Reply::shared(compressed ? rendered.gzip : rendered.plain, rendered.content_type);
    reply.with("ETag", '"' + rendered.etag_stem + (compressed ? "-gz\"" : "\""));
    reply.with("Vary", "Accept-Encoding");
    if (compressed) {
        reply.with("Content-Encoding", "gzip");
    }
    return reply;
}

}  // namespace watchtower::gateway
