#include "services/publisher/app.hpp"

#include <algorithm>

#include "common/base/log.hpp"
#include "common/http/management.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

namespace {

constexpr const char* kService = "publisher";

constexpr Milliseconds kLeastTimeout{50};
constexpr std::chrono::seconds kStreamAge = std::chrono::hours(7 * 24);
constexpr std::chrono::seconds kLeastDuplicateWindow{120};

redis::Options lease_options(const Options& options) {
    // A renewal that hangs still leaves time for another one.
    const Milliseconds timeout = std::max(Lease::duration_for(options.publish_interval) / 4, kLeastTimeout);
    return {.url = options.stores.redis_url, .connect_timeout = timeout, .timeout = timeout};
}

/// Everything that leaves for other programs. A replayed document may be as old as the backlog is long.
nats::StreamOptions stream_of(const Options& options) {
    const auto backlog =
        std::chrono::ceil<std::chrono::seconds>((options.publish_backlog + 2) * options.publish_interval);
    return {.name = std::string(proto::kStream),
            .subjects = {options.subject,
                         proto::document_subject(options.subject, "*", false),
                         proto::alerts_subject(options.subject),
                         std::string(proto::kAnalysisSubject),
                         std::string(proto::kAnalysisSubject) + ".>"},
            .max_age = kStreamAge,
            .duplicate_window = std::clamp(backlog, kLeastDuplicateWindow, kStreamAge)};
}

}  // namespace

App::App(const Options& options)
    : stores_(options.stores, "watchtower-publisher"),
      lease_redis_(lease_options(options), stores_.redis_dependency),
      metrics_(kService, stores_.dependencies()),
      publisher_({.schedule = Schedule::of(options.publish_interval, options.request_timeout, options.publish_backlog),
                  .prefix = options.subject,
                  .stream = stream_of(options),
                  .manage_stream = options.manage_stream},
                 {stores_.nats, stores_.redis, lease_redis_, stores_.postgres},
                 clock_,
                 metrics_.registry()),
      states_(stores_.redis, stores_.postgres, stores_.nats, clock_, metrics_.registry(), {}),
      responder_(
          stores_.nats, [this] { return states_.worlds(); }, clock_, metrics_.registry()) {
    http::ServerOptions server_options;
    server_options.address = options.management_address;
    server_options.port = options.management_port;
    std::vector<http::Route> routes =
        http::management_routes({.service = kService,
                                 .ready = [this] { return !stopping_ && states_.worlds()->hold_a_state(); },
                                 .dependencies = stores_.dependencies(),
                                 .metrics = [this] { return metrics_.render(); }});
    http_metrics_ = std::make_unique<metrics::HttpMetrics>(metrics_.registry(), routes);
    server_options.on_exchange = http_metrics_->on_exchange();
    server_ = std::make_unique<http::Server>(server_options, std::move(routes));
    log::info("listening", {{"management_address", options.management_address}, {"management_port", server_->port()}});
    states_.on_change([this](const std::shared_ptr<const world_state::Worlds>& worlds) { publisher_.show(worlds); });
    states_.start();
    publisher_.start();
    heartbeat_ = std::make_unique<world_state::Heartbeat>(
        world_state::Heartbeat::Options{.redis_url = options.stores.redis_url},
        world_state::plain_replica(kService, [this] { return !stopping_ && states_.worlds()->hold_a_state(); }));
}

App::~App() {
    stopping_ = true;
}

}  // namespace watchtower::publisher
