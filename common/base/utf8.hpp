#pragma once

#include <cstddef>
#include <string_view>

namespace watchtower {

/// How many bytes the UTF-8 sequence at the front of `text` has (RFC 3629): 1 to 4; 0 when there is none. `text` must
/// not be empty.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// U+FFFD, what stands for bytes that are not UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

}  // namespace watchtower
