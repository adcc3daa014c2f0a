#pragma once

#include <string>
#include <string_view>

#include "services/api-gateway/players.hpp"

namespace watchtower::gateway {

/// A list's place as clients carry it to the next page: opaque, of letters, digits, '-' and '_'. It holds the world,
/// the sort and the order that it is of. Pure.
[[nodiscard]] std::string encode_cursor(const PlayersQuestion& question, const PlayerPlace& place);

/// The place. Throws BadInput naming `cursor` for what encode_cursor did not write, or wrote for another world, sort
/// or order; a limit may change.
[[nodiscard]] PlayerPlace parse_cursor(std::string_view text, const PlayersQuestion& question);

}  // namespace watchtower::gateway
