#pragma once

#include <optional>
#include <string_view>

namespace watchtower::gateway {

/// The weight, 0 to 1000, that a list like Accept gives to `name` (RFC 9110, 12.4.2): 1000 without
/// a q, nothing where the list does not name it, 0 for a q that cannot be read. Upper and lower case are the same.
[[nodiscard]] std::optional<int> quality(std::string_view list, std::string_view name);

/// Whether the client would rather have a page than JSON: it names text/html with a weight, and JSON with none higher.
[[nodiscard]] bool prefers_html(std::string_view accept);

}  // namespace watchtower::gateway
