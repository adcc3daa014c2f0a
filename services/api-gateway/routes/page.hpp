#pragma once

#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::gateway {

/// GET /: for a browser the live page, for everybody else what this is and where to go on. `status` as Current tells.
[[nodiscard]] http::Reply root(const http::Request& request, const char* status);

/// GET /docs: the documentation to try out, made from /openapi.json by the browser.
[[nodiscard]] http::Reply documentation_page(const http::Request& request);

/// The headers that each of them has beside those of its caching.
[[nodiscard]] std::vector<std::string_view> page_headers();

/// A file of the pages by its name in the program: "web/live/main.js". Throws Error when there is none.
[[nodiscard]] http::Reply page_file(const http::Request& request, std::string_view name);

/// By the name's ending; throws Error for one that is not known.
[[nodiscard]] std::string_view content_type_of(std::string_view name);

}  // namespace watchtower::gateway
