#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace watchtower {

/// Undoes %XX (RFC 3986, section 2.1); everything else, '+' too, stays. Nothing when a '%' is not followed by two
/// hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace watchtower
