#include "services/exporter/app.hpp"

#include "common/base/log.hpp"
#include "common/http/management.hpp"

namespace watchtower::exporter {

namespace {

constexpr const char* kService = "exporter";

}  // namespace

App::App(const Options& options)
    : stores_(options.stores, "watchtower-exporter"),
      metrics_(kService, stores_.dependencies()),
      exposition_(metrics_, clock_, static_cast<std::size_t>(options.top_players)),
      states_(stores_.redis, stores_.postgres, stores_.nats, clock_, metrics_.registry(), {}) {
    http::ServerOptions server_options;
    server_options.address = options.listen_address;
    server_options.port = options.port;
    std::vector<http::Route> routes = make_routes();
    http_metrics_ = std::make_unique<metrics::HttpMetrics>(metrics_.registry(), routes);
    server_options.on_exchange = http_metrics_->on_exchange();
    server_ = std::make_unique<http::Server>(server_options, std::move(routes));
    log::info("listening", {{"address", options.listen_address}, {"port", server_->port()}});
    states_.on_change([this](const std::shared_ptr<const world_state::Worlds>& worlds) { exposition_.show(*worlds); });
    states_.start();
    heartbeat_ = std::make_unique<world_state::Heartbeat>(
        world_state::Heartbeat::Options{.redis_url = options.stores.redis_url},
        world_state::plain_replica(kService, [this] { return !stopping_ && states_.worlds()->hold_a_state(); }));
}

App::~App() {
    stopping_ = true;
}

std::vector<http::Route> App::make_routes() {
    std::vector<http::Route> routes =
        http::management_routes({.service = kService,
                                 .ready = [this] { return !stopping_ && states_.worlds()->hold_a_state(); },
                                 .dependencies = stores_.dependencies(),
                                 .metrics = [] { return std::string(); }});
    for (http::Route& route : routes) {
        if (route.pattern == "/metrics") {
            route.handler = [this](const http::Request& request) { return exposition_.answer(request); };
        }
    }
    routes.push_back({http::Method::get,
                      "/",
                      [](const http::Request& /*request*/) {
                          return http::Reply::text("Watchtower's exporter: GET /metrics, /health, /ready\n");
                      },
                      "What this is",
                      {}});
    return routes;
}

}  // namespace watchtower::exporter
