#include "services/ccc-simulator/admin_api.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "common/base/log.hpp"

namespace watchtower::simulator {

namespace {

using Json = nlohmann::ordered_json;

bool from_this_machine(std::string_view peer) {
    if (peer.starts_with("::ffff:")) {
        peer.remove_prefix(7);
    }
    return peer.starts_with("127.") || peer == "::1";
}

constexpr std::uint32_t kMostSeconds = 7 * 86'400;

/// A query parameter from 1 to `most`, by default 1.
std::uint32_t parse_number(const http::Request& request, const std::string& name, std::uint32_t most) {
    const std::string_view text = request.query_parameter(name).value_or("1");
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > most) {
        throw BadInput(name + ": not a whole number from 1 to " + std::to_string(most));
    }
    return number;
}

constexpr std::uint32_t kMostCheaters = 1'000'000;

Cheat parse_cheat(std::string_view name) {
    const auto found = std::find(kCheatNames.begin(), kCheatNames.end(), name);
    if (found == kCheatNames.end()) {
        throw BadInput("kind: none of none, moves, nomads, gold, levels");
    }
    return static_cast<Cheat>(found - kCheatNames.begin());
}

/// The worlds a lever moves: the one that is named, or all.
std::vector<Game*> chosen(const Games& games, const http::Request& request) {
    if (const auto name = request.query_parameter("world")) {
        return {&find_game(games, name)};
    }
    std::vector<Game*> all;
    for (const auto& game : games) {
        all.push_back(game.get());
    }
    return all;
}

Json to_json(const Game& game, Moment moment) {
    return {{"world", game.name()}, {"epoch", moment.epoch}, {"step", moment.step}};
}

}  // namespace

AdminApi::AdminApi(Games& games, Faults& faults, Pace& pace, std::string token)
    : games_(games),
      faults_(faults),
      pace_(pace),
      token_(std::move(token)) {}

std::vector<http::Route> AdminApi::routes() {
    using http::Method;
    using http::Request;
    const http::QueryParameter world{"world", "the world's name"};
    std::vector<http::Route> routes = {
        {Method::get, "/", [this](const Request&) { return home(); }, "What this is", {}},
        {Method::get, "/health", [this](const Request&) { return health(); }, "200 while the process lives", {}},
        {Method::get, "/ready", [this](const Request&) { return health(); }, "200 while it serves", {}},
        {Method::get,
         "/truth",
         [this](const Request& request) {
             return http::Reply::json(
                 find_game(games_, request.query_parameter("world")).truth(request.query_parameter("players") == "1"));
         },
         "What really happened in a world",
         {world, {"players", "1: each player's numbers too"}}},
    };
    for (http::Route& lever : levers()) {
        routes.push_back(std::move(lever));
    }
    return routes;
}

std::vector<http::Route> AdminApi::levers() {
    using http::Method;
    using http::Request;
    const http::QueryParameter world{"world", "the world's name"};
    const auto faults = [this](const Request&) { return http::Reply::json(render_faults(faults_.list())); };
    const auto set = [this](const Request& request) { return set_faults(request); };
    std::vector<http::Route> routes;
    routes.push_back(lever(
        Method::post, "/admin/pause", [this](const Request&) { return pace_.pause(), pace(); }, "Halts all worlds"));
    routes.push_back(lever(
        Method::post, "/admin/resume", [this](const Request&) { return pace_.resume(), pace(); }, "Lets them go on"));
    routes.push_back(lever(Method::post,
                           "/admin/step",
                           [this](const Request& request) { return step(request); },
                           "Moves worlds by hand",
                           {world, {"seconds", "game seconds, default 1"}}));
    routes.push_back(lever(Method::post,
                           "/admin/recall",
                           [this](const Request& request) { return recall(request); },
                           "Brings back everybody who left, within a step",
                           {world}));
    routes.push_back(lever(Method::post,
                           "/admin/hoard",
                           [this](const Request& request) { return hoard(request); },
                           "Gives one player a share of all the gold, within a step",
                           {world, {"percent", "the share, default 1"}}));
    routes.push_back(lever(Method::post,
                           "/admin/cheat",
                           [this](const Request& request) { return cheat(request); },
                           "Makes players cheat, within a step",
                           {world,
                            {"kind", "moves, nomads, gold or levels; none: everybody plays fair again"},
                            {"players", "how many more, default 1"},
                            {"percent", "how strong, default 1"}}));
    routes.push_back(lever(Method::post,
                           "/admin/reset",
                           [this](const Request& request) { return reset(request); },
                           "Starts worlds afresh",
                           {world}));
    routes.push_back(lever(Method::get, "/admin/faults", faults, "The faults in force"));
    routes.push_back(lever(Method::put, "/admin/faults", set, "Replaces them"));
    routes.push_back(lever(Method::post, "/admin/faults", set, "Replaces them"));
    routes.push_back(lever(
        Method::del,
        "/admin/faults",
        [this, faults](const Request& request) {
            faults_.replace({});
            return faults(request);
        },
        "Ends all faults"));
    return routes;
}

http::Route AdminApi::lever(http::Method method,
                            std::string pattern,
                            http::Handler handler,
                            std::string summary,
                            std::vector<http::QueryParameter> query) const {
    return {method,
            std::move(pattern),
            [this, handler = std::move(handler)](const http::Request& request) {
                authorize(request);
                return handler(request);
            },
            std::move(summary),
            std::move(query)};
}

void AdminApi::authorize(const http::Request& request) const {
    if (token_.empty() && !from_this_machine(request.peer)) {
        throw http::HttpError(403, "without ADMIN_TOKEN only for requests from the simulator's own machine");
    }
    if (!token_.empty() && !bears(request, token_)) {
        throw http::HttpError(401, "the admin token is missing or wrong", {{"WWW-Authenticate", "Bearer"}});
    }
}

http::Reply AdminApi::home() const {
    Json worlds = Json::array();
    for (const auto& game : games_) {
        worlds.push_back(to_json(*game, game->moment()));
    }
    return http::Reply::json(Json{
        {"service", "ccc-simulator"},
        {"simulated", true},
        {"about", "This is a simulator: a made-up game in place of the CCC API. No real player or figure."},
        {"worlds", std::move(worlds)},
        {"speed", pace_.speed()},
        {"paused", pace_.paused()},
        {"links",
         {"/nomads",
          "/resources",
          "/dwellings",
          "/combat/stats",
          "/events",
          "/worlds/{world}/nomads",
          "/truth",
          "/health",
          "/ready"}}}.dump());
}

http::Reply AdminApi::health() const {
    return http::Reply::json(Json{{"status", "ok"}, {"simulated", true}}.dump());
}

http::Reply AdminApi::pace() const {
    return http::Reply::json(Json{{"paused", pace_.paused()}, {"speed", pace_.speed()}}.dump());
}

http::Reply AdminApi::step(const http::Request& request) {
    const std::uint32_t seconds = parse_number(request, "seconds", kMostSeconds);
    Json moved = Json::array();
    for (Game* game : chosen(games_, request)) {
        moved.push_back(to_json(*game, game->step(seconds)));
    }
    return http::Reply::json(moved.dump());
}

http::Reply AdminApi::recall(const http::Request& request) {
    Json moved = Json::array();
    for (Game* game : chosen(games_, request)) {
        moved.push_back(to_json(*game, game->recall()));
    }
    return http::Reply::json(moved.dump());
}

http::Reply AdminApi::hoard(const http::Request& request) {
    const auto percent = static_cast<int>(parse_number(request, "percent", 100));
    Json moved = Json::array();
    for (Game* game : chosen(games_, request)) {
        moved.push_back(to_json(*game, game->hoard(percent)));
    }
    return http::Reply::json(moved.dump());
}

http::Reply AdminApi::cheat(const http::Request& request) {
    const Cheat kind = parse_cheat(request.query_parameter("kind").value_or(""));
    const std::uint32_t players = parse_number(request, "players", kMostCheaters);
    const auto percent = static_cast<int>(parse_number(request, "percent", 100));
    Json moved = Json::array();
    for (Game* game : chosen(games_, request)) {
        moved.push_back(to_json(*game, game->make_cheat(players, kind, percent)));
    }
    return http::Reply::json(moved.dump());
}

http::Reply AdminApi::reset(const http::Request& request) {
    Json moved = Json::array();
    for (Game* game : chosen(games_, request)) {
        moved.push_back(to_json(*game, game->reset()));
        log::info("world_reset", {{"world", game->name()}});
    }
    return http::Reply::json(moved.dump());
}

http::Reply AdminApi::set_faults(const http::Request& request) {
    std::vector<Fault> faults = parse_faults(request.body);
    for (const Fault& fault : faults) {
        if (fault.world) {
            (void)find_game(games_, *fault.world);
        }
    }
    faults_.replace(std::move(faults));
    log::info("faults_replaced", {{"faults", faults_.list().size()}});
    return http::Reply::json(render_faults(faults_.list()));
}

}  // namespace watchtower::simulator
