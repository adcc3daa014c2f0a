#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace watchtower::http {

/// Reads one body in chunks (RFC 9112, 7.1), in whatever pieces it comes. Extensions and trailers are checked for their
/// form and dropped.
class ChunkedBody {
public:
    /// The body may have `body_bytes`, else 413; the trailers `trailer_bytes` in all, else 431.
    ChunkedBody(std::size_t body_bytes, std::size_t trailer_bytes)
        : body_bytes_(body_bytes),
          trailer_bytes_(trailer_bytes) {}

    /// Takes from the front of `bytes` what belongs to the body; how many that were. Throws HttpError 400, 413 or 431.
    std::size_t feed(std::string_view bytes);

    [[nodiscard]] bool complete() const { return part_ == Part::end; }
    [[nodiscard]] std::string take() { return std::move(body_); }

private:
    enum class Part { size, data, data_end, trailer, end };

    /// True when the byte was the line's last one: `line_` is the line without its end.
    bool end_line(char c);
    void use_line();
    void begin_chunk();

    const std::size_t body_bytes_;
    const std::size_t trailer_bytes_;
    Part part_ = Part::size;
    std::string line_;
    bool after_cr_ = false;
    std::size_t chunk_left_ = 0;
    std::size_t trailer_bytes_seen_ = 0;
    std::string body_;
};

}  // namespace watchtower::http
