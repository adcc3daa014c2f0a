#pragma once

#include <array>
#include <string>
#include <string_view>

namespace watchtower::crypto {

/// A SHA-256 digest (FIPS 180-4).
using Sha256 = std::array<unsigned char, 32>;

/// Throws Error where OpenSSL does not offer it.
[[nodiscard]] Sha256 sha256(std::string_view text);

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(const Sha256& digest);

/// Takes the same time wherever the two differ, so that the time tells nothing of a secret's digest.
[[nodiscard]] bool equal_in_constant_time(const Sha256& a, const Sha256& b);

}  // namespace watchtower::crypto
