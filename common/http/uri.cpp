#include "common/http/uri.hpp"

#include <algorithm>
#include <cstddef>

namespace watchtower::http {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

struct Lead {
    std::size_t length;  // of the whole sequence; 0: not a lead byte
    unsigned char second_least;
    unsigned char second_most;
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) {
        return {1, 0, 0};
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {2, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        const unsigned char least = byte == 0xE0 ? 0xA0 : 0x80;
        const unsigned char most = byte == 0xED ? 0x9F : 0xBF;
        return {3, least, most};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        const unsigned char least = byte == 0xF0 ? 0x90 : 0x80;
        const unsigned char most = byte == 0xF4 ? 0x8F : 0xBF;
        return {4, least, most};
    }
    return {0, 0, 0};
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size()) {
        const auto lead = lead_of(static_cast<unsigned char>(bytes[i]));
        if (lead.length == 0 || bytes.size() - i < lead.length) {
            return false;
        }
        for (std::size_t k = 1; k < lead.length; ++k) {
            const auto byte = static_cast<unsigned char>(bytes[i + k]);
            const unsigned char least = k == 1 ? lead.second_least : 0x80;
            const unsigned char most = k == 1 ? lead.second_most : 0xBF;
            if (byte < least || byte > most) {
                return false;
            }
        }
        i += lead.length;
    }
    return true;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                throw BadInput("the URL holds an invalid percent escape");
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') {
            throw BadInput("the URL holds a NUL");
        }
        out.push_back(c);
    }
    if (!is_utf8(out)) {
        throw BadInput("the URL is not UTF-8");
    }
    return out;
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
