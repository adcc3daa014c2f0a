#pragma once

#include <stdexcept>
#include <string>

#include <zlib.h>

namespace watchtower::gateway::test {

/// The text that was compressed; throws std::runtime_error for what is no whole gzip.
inline std::string gunzip(std::string compressed) {
    constexpr int kGzipWindowBits = 15 + 16;
    constexpr std::size_t kMost = 10'000'000;
    z_stream stream{};
    inflateInit2(&stream, kGzipWindowBits);
    std::string text(kMost, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    const int result = inflate(&stream, Z_FINISH);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    if (result != Z_STREAM_END) {
        throw std::runtime_error("gunzip: code " + std::to_string(result));
    }
    return text;
}

}  // namespace watchtower::gateway::test
