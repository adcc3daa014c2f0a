#include "services/ccc-simulator/games.hpp"

#include <algorithm>

namespace watchtower::simulator {

Game& find_game(const Games& games, std::optional<std::string_view> name) {
    if (!name) {
        return *games.front();
    }
    const auto found =
        std::find_if(games.begin(), games.end(), [name](const auto& game) { return game->name() == *name; });
    if (found == games.end()) {
        throw http::HttpError(404, "no world of this name");
    }
    return **found;
}

bool bears(const http::Request& request, std::string_view secret) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view given = request.header("authorization").value_or("");
    return given.starts_with(kScheme) && given.substr(kScheme.size()) == secret;
}

}  // namespace watchtower::simulator
