#pragma once

#include <string>
#include <string_view>

namespace watchtower {

/// Appends `text` as a JSON string in quotes (RFC 8259), with the short escapes where there are some. Bytes that are
/// not UTF-8 become U+FFFD one by one, so that the result is always valid.
void append_json_string(std::string& out, std::string_view text);

}  // namespace watchtower
