/// usage: watchtower-bench-bodies FOLDER PLAYERS grouped|shuffled TICK
/// Writes the five bodies of a made-up game of that size as it is at that tick (from 0) into FOLDER. The same arguments
/// make the same bodies. From one tick to the next every tenth player does something. Two nomads a player on average.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace watchtower::bench {
namespace {

constexpr std::array<std::string_view, 6> kActions = {"move", "attack", "explore", "build", "trade", "gather"};
constexpr std::uint64_t kChangedOneIn = 10;

/// A number that looks random and depends on nothing but its arguments.
std::uint64_t mix(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
    std::uint64_t x = a * 0x9E3779B97F4A7C15ULL + b * 0xC2B2AE3D27D4EB4FULL + c * 0x165667B19E3779F9ULL;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
}

struct Game {
    std::uint64_t players;
    bool shuffled;
    std::uint64_t tick;

    /// How often the player did something so far.
    [[nodiscard]] std::uint64_t deeds(std::uint64_t player) const {
        std::uint64_t count = 0;
        for (std::uint64_t past = 1; past <= tick; ++past) {
            count += mix(player, past, 1) % kChangedOneIn == 0 ? 1 : 0;
        }
        return count;
    }
    [[nodiscard]] static std::uint64_t nomads(std::uint64_t player) { return 1 + player % 3; }
    [[nodiscard]] static std::uint64_t dwellings(std::uint64_t player) { return 1 + mix(player, 2) % 3; }
};

struct Place {
    std::uint64_t player;
    std::uint64_t number;  ///< among the player's own
    std::uint64_t id;      ///< among all
};

/// All places for `count_of(player)` records of each player, in the order in which they are to be listed.
template <typename CountOf>
std::vector<Place> places(const Game& game, CountOf count_of) {
    std::vector<Place> all;
    for (std::uint64_t player = 0; player < game.players; ++player) {
        for (std::uint64_t number = 0; number < count_of(player); ++number) {
            all.push_back({player, number, all.size() + 1});
        }
    }
    if (game.shuffled) {
        std::shuffle(all.begin(), all.end(), std::mt19937_64(game.tick));
    }
    return all;
}

void append_player(std::string& out, std::uint64_t player) {
    out.append(R"("player_id":"player)").append(std::to_string(player + 1)).append("\"");
}

std::string nomads(const Game& game) {
    std::string out = R"({"nomads":[)";
    for (const Place& place : places(game, Game::nomads)) {
        const std::uint64_t deeds = place.number == 0 ? game.deeds(place.player) : 0;
        out += out.back() == '[' ? "{" : ",{";
        append_player(out, place.player);
        out.append(",\"id\":").append(std::to_string(place.id));
        out.append(R"(,"last_action":")").append(kActions[mix(place.id, deeds) % kActions.size()]);
        out += R"(","actions":{)";
        for (std::size_t action = 0; action < kActions.size(); ++action) {
            const std::uint64_t done = 1 + mix(place.id, action) % 300 + (action % 2 == 0 ? deeds : 0);
            out.append(action == 0 ? "\"" : ",\"").append(kActions[action]).append("\":").append(std::to_string(done));
        }
        out += "}}";
    }
    return out += "]}";
}

std::string resources(const Game& game) {
    std::string out = R"({"players":[)";
    for (const Place& place : places(game, [](std::uint64_t) { return 1U; })) {
        const std::uint64_t deeds = game.deeds(place.player);
        out += out.back() == '[' ? "{" : ",{";
        append_player(out, place.player);
        out.append(",\"gold\":").append(std::to_string(mix(place.player, 3) % 5000 + 7 * deeds));
        out.append(".").append(std::to_string(10 + mix(place.player, 4) % 90));
        out.append(",\"spice\":").append(std::to_string(mix(place.player, 5) % 1000 + deeds)).append("}");
    }
    return out += "]}";
}

std::string dwellings(const Game& game) {
    std::string out = R"({"dwellings":[)";
    for (const Place& place : places(game, Game::dwellings)) {
        out += out.back() == '[' ? "{" : ",{";
        append_player(out, place.player);
        out.append(",\"level\":").append(std::to_string(1 + mix(place.id, 6) % 4)).append("}");
    }
    return out += "]}";
}

/// The newest entries of a list that slides by a fifth each tick.
std::pair<std::uint64_t, std::uint64_t> window(const Game& game) {
    const std::uint64_t size = 20 + game.players / 500;
    const std::uint64_t first = game.tick * (size / 5);
    return {first, first + size};
}

std::string combats(const Game& game) {
    std::string out = R"({"combats":[)";
    const auto [first, end] = window(game);
    for (std::uint64_t id = first; id < end; ++id) {
        out.append(out.back() == '[' ? "" : ",").append(R"({"id":"c)").append(std::to_string(id));
        out.append(R"(","type":"raid","success":)").append(mix(id) % 2 == 0 ? "true" : "false");
        out.append(R"(,"attacker_id":"player)").append(std::to_string(1 + mix(id, 1) % game.players));
        out.append(R"(","defender_id":"player)").append(std::to_string(1 + mix(id, 2) % game.players));
        out.append(R"(","destroyed_dwellings":)").append(std::to_string(mix(id, 3) % 3)).append("}");
    }
    return out += "]}";
}

std::string events(const Game& game) {
    std::string out = R"({"events":[)";
    const auto [first, end] = window(game);
    for (std::uint64_t id = first; id < end; ++id) {
        out.append(out.back() == '[' ? "" : ",").append(R"({"id":"e)").append(std::to_string(id));
        out.append(mix(id) % 2 == 0 ? R"(","type":"storm")" : R"(","type":"feast")");
        out.append(R"(,"affected_players":)").append(std::to_string(mix(id, 4) % 50)).append("}");
    }
    return out += "]}";
}

void write(const std::string& path, const std::string& body) {
    std::ofstream file(path, std::ios::binary);
    file << body;
    if (!file.flush()) {
        throw std::runtime_error(path + ": cannot be written");
    }
}

}  // namespace
}  // namespace watchtower::bench

int main(int argc, char** argv) {
    using namespace watchtower::bench;
    try {
        const std::vector<std::string> words(argv + 1, argv + argc);
        if (words.size() != 4 || (words[2] != "grouped" && words[2] != "shuffled")) {
            throw std::runtime_error("usage: watchtower-bench-bodies FOLDER PLAYERS grouped|shuffled TICK");
        }
        const Game game{std::stoull(words[1]), words[2] == "shuffled", std::stoull(words[3])};
        write(words[0] + "/nomads.json", nomads(game));
        write(words[0] + "/resources.json", resources(game));
        write(words[0] + "/dwellings.json", dwellings(game));
        write(words[0] + "/pvp.json", combats(game));
        write(words[0] + "/events.json", events(game));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
