#pragma once

#include <string>
#include <string_view>

namespace watchtower::proto {

/// The body of every error over HTTP: application/problem+json, RFC 9457. The request's id is an extension member.
struct Problem {
    std::string type = "about:blank";
    std::string title;  ///< the status's phrase while type is about:blank
    int status = 0;
    std::string detail;  ///< may be shown to the caller: holds nothing of the server's inside
    std::string request_id;

    bool operator==(const Problem&) const = default;
};

/// Compact JSON, keys in the struct's order, empty detail and request_id left out. What is not UTF-8 is replaced.
[[nodiscard]] std::string encode(const Problem& problem);

/// Throws BadInput that names the member.
[[nodiscard]] Problem decode_problem(std::string_view text);

}  // namespace watchtower::proto
