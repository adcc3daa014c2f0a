#include "services/publisher/app.hpp"

#include "common/base/log.hpp"
#include "common/http/management.hpp"

namespace watchtower::publisher {

namespace {

constexpr const char* kService = "publisher";

}  // namespace

App::App(const Options& options)
    : stores_(options.stores, "watchtower-publisher"),
      metrics_(kService, stores_.dependencies()),
      publisher_(stores_.nats,
                 clock_,
                 metrics_.registry(),
                 Schedule::of(options.publish_interval, options.request_timeout),
                 options.subject),
      states_(stores_.redis, stores_.postgres, stores_.nats, clock_, metrics_.registry(), {}) {
    http::ServerOptions server_options;
    server_options.address = options.management_address;
    server_options.port = options.management_port;
    server_ = std::make_unique<http::Server>(
        server_options,
        http::management_routes({.service = kService,
                                 .ready = [this] { return !stopping_ && states_.worlds()->hold_a_state(); },
                                 .dependencies = stores_.dependencies(),
                                 .metrics = [this] { return metrics_.render(); }}));
    log::info("listening", {{"management_address", options.management_address}, {"management_port", server_->port()}});
    states_.on_change([this](const std::shared_ptr<const world_state::Worlds>& worlds) { publisher_.show(worlds); });
    states_.start();
    publisher_.start();
}

App::~App() {
    stopping_ = true;
}

}  // namespace watchtower::publisher
