#pragma once

#include <string>
#include <string_view>

/// What the cursors of all lists are made of.
namespace watchtower::gateway {

/// base64url (RFC 4648, section 5), without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// The bytes. What was not written by to_base64url gives some bytes that, written again, are another text.
[[nodiscard]] std::string from_base64url(std::string_view text);

/// Whether PostgreSQL takes it as text: UTF-8 without NUL.
[[nodiscard]] bool is_database_text(std::string_view text);

}  // namespace watchtower::gateway
