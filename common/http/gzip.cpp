#include "common/http/gzip.hpp"

#include <algorithm>
#include <optional>

#define ZLIB_CONST
#include <zlib.h>

#include "common/http/syntax.hpp"

namespace watchtower::http {

namespace {

constexpr int kRawDeflate = -15;
constexpr int kMemoryLevel = 8;
/// ID1, ID2, CM = deflate, no flags, no time, no extra flags, OS = Unix.
constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
/// A last block without content, with fixed codes.
constexpr std::string_view kEnd("\x03\0", 2);
/// What a full flush may add to deflateBound's guess.
constexpr std::size_t kFlushBytes = 16;

void append_little_endian(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
        out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
    }
}

/// Cuts off what stands before the first `separator`; without the space around it.
std::string_view take(std::string_view& text, std::string_view separator) {
    return trim(take_until(text, separator));
}

/// Whether the parameters of a list's element give it no weight: q=0, q=0.0, ….
bool has_no_weight(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view value = take(parameters, ";");
        const std::string_view name = take(value, "=");
        if (equals_ignoring_case(name, "q")) {
            return trim(value).find_first_not_of("0.") == std::string_view::npos;
        }
    }
    return false;
}

}  // namespace

GzipPart compress(std::string_view text, int level) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, kRawDeflate, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error("zlib: deflateInit2: no memory");
    }
    GzipPart part;
    part.bytes = text.size();
    part.crc = static_cast<std::uint32_t>(
        crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size()));
    part.deflated.resize(deflateBound(&stream, text.size()) + kFlushBytes);
    stream.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(part.deflated.data());
    stream.avail_out = static_cast<uInt>(part.deflated.size());
    const int result = deflate(&stream, Z_FULL_FLUSH);
    const bool complete = stream.avail_in == 0 && stream.avail_out > 0;
    part.deflated.resize(stream.total_out);
    deflateEnd(&stream);
    if ((result != Z_OK && result != Z_BUF_ERROR) || !complete) {
        throw Error("zlib: deflate: code " + std::to_string(result));
    }
    return part;
}

std::string gzip(std::initializer_list<const GzipPart*> parts) {
    std::string out(kHeader);
    std::uint32_t crc = 0;
    std::uint64_t bytes = 0;
    for (const GzipPart* part : parts) {
        out += part->deflated;
        crc = static_cast<std::uint32_t>(crc32_combine(crc, part->crc, static_cast<z_off_t>(part->bytes)));
        bytes += part->bytes;
    }
    out += kEnd;
    append_little_endian(out, crc);
    append_little_endian(out, static_cast<std::uint32_t>(bytes));
    return out;
}

std::string gzip(std::string_view text, int level) {
    const GzipPart part = compress(text, level);
    return gzip({&part});
}

bool accepts_gzip(const Request& request) {
    std::string_view list = request.header("accept-encoding").value_or("");
    std::optional<bool> any;
    while (!list.empty()) {
        std::string_view element = take(list, ",");
        const std::string_view name = take(element, ";");
        const bool wanted = !has_no_weight(element);
        if (equals_ignoring_case(name, "gzip")) {
            return wanted;
        }
        if (name == "*") {
            any = wanted;
        }
    }
    return any.value_or(false);
}

}  // namespace watchtower::http
