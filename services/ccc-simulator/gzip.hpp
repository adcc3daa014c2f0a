#pragma once

#include <string>
#include <string_view>

namespace watchtower::simulator {

/// The text as one gzip member, made quickly rather than small. Throws Error.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace watchtower::simulator
