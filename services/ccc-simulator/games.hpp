#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"
#include "services/ccc-simulator/game.hpp"

namespace watchtower::simulator {

/// The worlds served; never empty, fixed while serving. The first one is served at the root, too.
using Games = std::vector<std::unique_ptr<Game>>;

/// The world of that name, without a name the first. Throws HttpError 404.
[[nodiscard]] Game& find_game(const Games& games, std::optional<std::string_view> name);

/// The request names this secret as its bearer.
[[nodiscard]] bool bears(const http::Request& request, std::string_view secret);

}  // namespace watchtower::simulator
