#include "common/http/chunked_body.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "common/http/request_parser.hpp"
#include "common/http/syntax.hpp"

namespace watchtower::http {

namespace {

/// A chunk's size and its extensions, which nobody uses.
constexpr std::size_t kLongestSizeLine = 256;

}  // namespace

std::size_t ChunkedBody::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && part_ != Part::end) {
        if (part_ == Part::data) {
            const auto piece = bytes.substr(used, chunk_left_);
            body_.append(piece);
            used += piece.size();
            chunk_left_ -= piece.size();
            part_ = chunk_left_ == 0 ? Part::data_end : Part::data;
        } else if (end_line(bytes[used++])) {
            use_line();
            line_.clear();
        }
    }
    return used;
}

bool ChunkedBody::end_line(char c) {
    if (after_cr_ != (c == '\n') || (is_control(c) && c != '\r' && c != '\n')) {
        throw HttpError(400, "a line of the chunked body is malformed");
    }
    after_cr_ = c == '\r';
    if (c == '\n') {
        return true;
    }
    if (part_ == Part::trailer && ++trailer_bytes_seen_ > trailer_bytes_) {
        throw HttpError(431, "the trailers are too large");
    }
    if (c == '\r') {
        return false;
    }
    line_ += c;
    const std::size_t longest = part_ == Part::data_end ? 0 : part_ == Part::size ? kLongestSizeLine : trailer_bytes_;
    if (line_.size() > longest) {
        throw HttpError(400, "a line of the chunked body is malformed");
    }
    return false;
}

void ChunkedBody::use_line() {
    switch (part_) {
        case Part::size:
            begin_chunk();
            break;
        case Part::data_end:
            part_ = Part::size;
            break;
        case Part::trailer:
            if (line_.empty()) {
                part_ = Part::end;
            } else {
                (void)colon_of_header(line_);
            }
            break;
        case Part::data:
        case Part::end:
            break;
    }
}

void ChunkedBody::begin_chunk() {
    std::uint64_t size = 0;
    const char* const end = line_.data() + line_.size();
    const auto [after, error] = std::from_chars(line_.data(), end, size, 16);
    if (error == std::errc::result_out_of_range) {
        throw HttpError(413, "the body is larger than " + std::to_string(body_bytes_) + " bytes");
    }
    const std::string_view rest(after, static_cast<std::size_t>(end - after));
    // space is for what comes before an extension only
    if (error != std::errc() || line_.front() == '-' || (!rest.empty() && !trim(rest).starts_with(';'))) {
        throw HttpError(400, "a chunk's size is malformed");
    }
    if (size > body_bytes_ - body_.size()) {
        throw HttpError(413, "the body is larger than " + std::to_string(body_bytes_) + " bytes");
    }
    chunk_left_ = static_cast<std::size_t>(size);
    part_ = size == 0 ? Part::trailer : Part::data;
}

}  // namespace watchtower::http
