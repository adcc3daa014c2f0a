#pragma once

#include <string>
#include <string_view>

namespace watchtower::http {

/// A letter, digit or mark that may stand in a method or a header's name (RFC 9110, 5.6.2).
[[nodiscard]] bool is_token_character(char c);
/// One or more of these.
[[nodiscard]] bool is_token(std::string_view text);
/// ASCII's control characters but the tab.
[[nodiscard]] bool is_control(char c);

/// Of ASCII's letters; other bytes stay.
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Without the spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Cuts off and returns what stands before the first `separator`, which goes too; all when there is none.
[[nodiscard]] std::string_view take_until(std::string_view& rest, std::string_view separator);

}  // namespace watchtower::http
