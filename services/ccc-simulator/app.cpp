#include "services/ccc-simulator/app.hpp"

#include "common/base/log.hpp"

namespace watchtower::simulator {

namespace {

Games make_games(const Options& options) {
    Games games;
    for (const std::string& name : options.worlds) {
        Game::Options game{name, options.world, options.shape, options.page_size};
        game.world.seed += games.size();
        games.push_back(std::make_unique<Game>(std::move(game)));
        games.back()->step(options.warmup);
    }
    return games;
}

http::ServerOptions server_options(const Options& options) {
    http::ServerOptions server;
    server.address = options.listen_address;
    server.port = options.port;
    // Large bodies take long to render: others are to be answered meanwhile.
    server.threads = 8;
    server.max_body_bytes = 1U << 20U;
    server.name = "watchtower-ccc-simulator";
    server.decorate = [](const http::Request&, http::Reply& reply) { reply.with("X-CCC-Simulated", "true"); };
    return server;
}

std::vector<http::Route> join(std::vector<http::Route> routes, std::vector<http::Route> more) {
    std::move(more.begin(), more.end(), std::back_inserter(routes));
    return routes;
}

}  // namespace

App::App(const Options& options)
    : games_(make_games(options)),
      faults_(options.world.seed),
      pace_(games_, options.speed),
      game_api_(games_, faults_, {options.api_key, options.shape}),
      admin_api_(games_, faults_, pace_, options.admin_token),
      server_(server_options(options), join(game_api_.routes(), admin_api_.routes())) {
    faults_.replace(options.faults);
    log::info("started",
              {{"address", options.listen_address},
               {"port", server_.port()},
               {"worlds", games_.size()},
               {"players", options.world.players},
               {"speed", options.speed}});
}

}  // namespace watchtower::simulator
