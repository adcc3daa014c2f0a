#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::http {

/// True when the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Replaces %41 by A and, when plus_is_space, + by a space. Throws BadInput when an escape is broken or the result is
/// not UTF-8 or holds a NUL, which no store of ours could keep.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);

/// Escapes all but RFC 3986's unreserved characters: the text becomes one path segment or query value.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// "a=1&b=x+y" as decoded pairs, in order; empty pieces are left out. Throws BadInput as percent_decode.
[[nodiscard]] std::vector<Pair> parse_query(std::string_view query);

/// "/players/a%2Fb" as its decoded segments {"players", "a/b"}; a slash at the end makes an empty last one. Throws
/// BadInput as percent_decode.
[[nodiscard]] std::vector<std::string> parse_path(std::string_view path);

}  // namespace watchtower::http
