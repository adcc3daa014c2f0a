#pragma once

#include <string>
#include <string_view>

namespace watchtower::collector {

/// The SHA-256 digest of `text` (FIPS 180-4) as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace watchtower::collector
