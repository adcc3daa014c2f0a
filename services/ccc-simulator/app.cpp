#include "services/ccc-simulator/app.hpp"

#include <iterator>
#include <utility>

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

http::ServerOptions server_options(const Options& options, metrics::HttpMetrics& metrics) {
    http::ServerOptions server;
    server.address = options.listen_address;
    server.port = options.port;
    // Large bodies take long to render: others are to be answered meanwhile.
    server.threads = 8;
    server.max_body_bytes = 1U << 20U;
    server.name = "watchtower-ccc-simulator";
    server.on_exchange = metrics.on_exchange();
    server.decorate = [](const http::Request&, http::Reply& reply) { reply.with("X-CCC-Simulated", "true"); };
    return server;
}

}  // namespace

App::App(const Options& options)
    : games_(make_games(options)),
      faults_(options.world.seed),
      pace_(games_, options.speed),
      world_metrics_(games_, pace_),
      metrics_("ccc-simulator", {}, {&world_metrics_}),
      fault_metrics_(metrics_.registry()),
      game_api_(games_, faults_, fault_metrics_, {options.api_key, options.shape}),
      admin_api_(games_, faults_, pace_, options.admin_token),
      routes_(routes()),
      http_metrics_(metrics_.registry(), routes_),
      server_(server_options(options, http_metrics_), routes_) {
    faults_.replace(options.faults);
    log::info("started",
              {{"address", options.listen_address},
               {"port", server_.port()},
               {"worlds", games_.size()},
               {"players", options.world.players},
               {"speed", options.speed}});
}

std::vector<http::Route> App::routes() {
    std::vector<http::Route> routes = game_api_.routes();
    std::vector<http::Route> admin = admin_api_.routes();
    std::move(admin.begin(), admin.end(), std::back_inserter(routes));
    routes.push_back(
        {http::Method::get,
         "/metrics",
         [this](const http::Request&) { return http::Reply::text(metrics_.render(), metrics::kContentType); },
         "Its metrics as Prometheus text",
         {}});
    return routes;
}

}  // namespace watchtower::simulator
