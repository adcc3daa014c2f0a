#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/http/message.hpp"

namespace watchtower::http {

/// A compressed piece of a body, made once and joined with others as often as wanted.
struct GzipPart {
    std::string deflated;     ///< ends on a byte (Z_FULL_FLUSH) and refers to nothing before it
    std::uint32_t crc = 0;    ///< CRC-32 of the text
    std::uint64_t bytes = 0;  ///< of the text
};

/// `level` as zlib has it: 1 quick to 9 small. Throws Error when there is no memory.
[[nodiscard]] GzipPart compress(std::string_view text, int level = 6);

/// One gzip member (RFC 1952) that holds the texts of the parts one after the other. Not a chain of members, which some
/// clients read only the first of.
[[nodiscard]] std::string gzip(std::initializer_list<const GzipPart*> parts);

/// The text as one gzip member.
[[nodiscard]] std::string gzip(std::string_view text, int level = 6);

/// Whether the request's Accept-Encoding takes gzip (RFC 9110, 12.5.3).
[[nodiscard]] bool accepts_gzip(const Request& request);

}  // namespace watchtower::http
