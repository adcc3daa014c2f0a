#include "services/ccc-simulator/gzip.hpp"

#include <algorithm>
#include <limits>

#include <zlib.h>

#include "common/base/error.hpp"

namespace watchtower::simulator {

std::string gzip(std::string_view text) {
    constexpr int kGzipWindow = 15 + 16;
    constexpr int kMemory = 8;
    constexpr std::size_t kPiece = 1U << 20U;
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error("gzip: deflateInit2: out of memory");
    }
    std::string out;
    int result = Z_OK;
    while (result != Z_STREAM_END) {
        const std::size_t taken = std::min(text.size(), kPiece);
        // zlib's interface has no const.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        stream.avail_in = static_cast<uInt>(taken);
        text.remove_prefix(taken);
        do {
            const std::size_t used = out.size();
            out.resize(used + kPiece / 4);
            stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
            stream.avail_out = kPiece / 4;
            result = deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
            out.resize(out.size() - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return out;
}

}  // namespace watchtower::simulator
