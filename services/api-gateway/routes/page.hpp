#pragma once

#include "common/http/message.hpp"

namespace watchtower::gateway {

/// GET /: for a browser the live page, for everybody else what this is and where to go on. `status` as Current tells.
[[nodiscard]] http::Reply root(const http::Request& request, const char* status);

// The files of the page.
[[nodiscard]] http::Reply live_script(const http::Request& request);
[[nodiscard]] http::Reply live_style(const http::Request& request);
[[nodiscard]] http::Reply icon(const http::Request& request);

}  // namespace watchtower::gateway
