#include "common/http/request_parser.hpp"

#include <utility>

#include "common/http/syntax.hpp"

namespace watchtower::http {

namespace {

/// Beside the target a request line holds the method, the version and two spaces.
constexpr std::size_t kLineWithoutTarget = 32;

/// An idle connection keeps no more memory than this for its next request.
constexpr std::size_t kKeptCapacity = 4096;

}  // namespace

void RequestParser::feed(std::string_view bytes) {
    compact();
    buffer_.append(bytes);
}

void RequestParser::compact() {
    buffer_.erase(0, begin_);
    scan_ -= begin_;
    begin_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kKeptCapacity) {
        buffer_.shrink_to_fit();
    }
}

/// At the LF of a line: true when it was the empty line that ends the head.
bool RequestParser::end_line() {
    after_cr_ = false;
    if (line_bytes_ > 0) {
        line_bytes_ = 0;
        first_line_ = false;
        return false;
    }
    if (!first_line_) {
        return true;
    }
    // RFC 9112 2.2: some clients send an empty line after a body
    if (skipped_empty_line_) {
        throw HttpError(400, "the request line is empty");
    }
    skipped_empty_line_ = true;
    begin_ = scan_ + 1;
    return false;
}

bool RequestParser::find_head_end() {
    for (; scan_ < buffer_.size(); ++scan_) {
        const char c = buffer_[scan_];
        if (scan_ - begin_ >= limits_.head_bytes) {
            throw HttpError(431, "the header is too large");
        }
        if (after_cr_ != (c == '\n')) {
            throw HttpError(400, "a line does not end with CR LF");
        }
        if (c == '\n') {
            if (end_line()) {
                ++scan_;
                return true;
            }
        } else if (c == '\r') {
            after_cr_ = true;
        } else if (is_control(c)) {
            throw HttpError(400, "the header holds a control character");
        } else if (++line_bytes_ > limits_.target_bytes + kLineWithoutTarget && first_line_) {
            throw HttpError(414, "the URL is too long");
        }
    }
    return false;
}

bool RequestParser::read_head() {
    if (!find_head_end()) {
        return false;
    }
    constexpr std::size_t kTwoLineEnds = 4;
    head_ = parse_head(std::string_view(buffer_).substr(begin_, scan_ - begin_ - kTwoLineEnds), limits_);
    begin_ = scan_;
    if (head_->is_chunked) {
        chunks_.emplace(limits_.body_bytes, limits_.head_bytes);
    }
    return true;
}

bool RequestParser::read_body() {
    auto& body = head_->parsed.request.body;
    if (chunks_) {
        begin_ += chunks_->feed(std::string_view(buffer_).substr(begin_));
        if (!chunks_->complete()) {
            return false;
        }
        body = chunks_->take();
        chunks_.reset();
        return true;
    }
    if (buffer_.size() - begin_ < head_->body_bytes) {
        return false;
    }
    body.assign(buffer_, begin_, head_->body_bytes);
    begin_ += head_->body_bytes;
    return true;
}

std::optional<ParsedRequest> RequestParser::next() {
    if ((!head_ && !read_head()) || !read_body()) {
        scan_ = head_ ? begin_ : scan_;
        return std::nullopt;
    }
    auto parsed = std::move(head_->parsed);
    scan_ = begin_;
    head_.reset();
    first_line_ = true;
    skipped_empty_line_ = false;
    if (begin_ == buffer_.size()) {
        compact();
    }
    return parsed;
}

bool RequestParser::take_expectation() {
    return head_ && std::exchange(head_->expects_continue, false) && buffer_.size() == begin_ &&
           (head_->is_chunked || head_->body_bytes > 0);
}

}  // namespace watchtower::http
