#include "common/http/uri.hpp"

#include <algorithm>
#include <cstddef>

#include "common/base/percent.hpp"
#include "common/base/utf8.hpp"

namespace watchtower::http {

namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto length = utf8_sequence_length(bytes);
        if (length == 0) {
            return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string spaced(text);
    if (plus_is_space) {
        std::replace(spaced.begin(), spaced.end(), '+', ' ');
    }
    auto out = percent_decoded(spaced);
    if (!out) {
        throw BadInput("the URL holds an invalid percent escape");
    }
    if (out->find('\0') != std::string::npos) {
        throw BadInput("the URL holds a NUL");
    }
    if (!is_utf8(*out)) {
        throw BadInput("the URL is not UTF-8");
    }
    return *std::move(out);
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 15U]);
    }
    return out;
}

std::vector<Pair> parse_query(std::string_view query) {
    std::vector<Pair> pairs;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto piece = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (piece.empty()) {
            continue;
        }
        const auto equals = std::min(piece.find('='), piece.size());
        const auto value = piece.substr(std::min(equals + 1, piece.size()));
        pairs.emplace_back(percent_decode(piece.substr(0, equals), true), percent_decode(value, true));
    }
    return pairs;
}

std::vector<std::string> parse_path(std::string_view path) {
    std::vector<std::string> segments;
    if (path.starts_with('/')) {
        path.remove_prefix(1);
    }
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(percent_decode(path.substr(0, slash), false));
        if (slash == std::string_view::npos) {
            return segments;
        }
        path.remove_prefix(slash + 1);
    }
}

}  // namespace watchtower::http
