#pragma once

#include <string>
#include <vector>

namespace watchtower::collector {

/// One world of the game, and where its API is.
struct World {
    std::string name;     ///< matches ^[a-z0-9][a-z0-9-]{0,31}$
    std::string url;      ///< http or https, host, optional port and path; no slash at its end
    std::string api_key;  ///< empty: none is sent
};

/// The settings CCC_WORLDS_FILE, CCC_API_URL and CCC_API_KEY.
struct WorldsOptions {
    std::string worlds_file;
    std::string api_url;
    std::string api_key;
};

/// The worlds to watch, the default one first: those of the worlds file if one is given, else one world `default`.
/// The file is a JSON list of {"name", "url", "api_key_env"?, "api_key_file"?}: the last two name where the key is.
/// Throws BadInput with all errors, a line each, that name entry and field and hold neither keys nor URLs.
[[nodiscard]] std::vector<World> read_worlds(const WorldsOptions& options);

}  // namespace watchtower::collector
