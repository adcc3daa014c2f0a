#include "services/api-gateway/app.hpp"

#include <string>
#include <utility>
#include <vector>

#include "common/base/log.hpp"
#include "common/world_state/alerts.hpp"
#include "services/api-gateway/routes/table.hpp"

namespace watchtower::gateway {

namespace {

constexpr const char* kService = "api-gateway";
constexpr const char* kProgram = "watchtower-api-gateway";
constexpr int kWorkers = 4;
// Those that wait for PostgreSQL, for Redis, and one for the state of the services leave a thread that tells the
// others.
constexpr int kWaitingThreads = 8;
constexpr int kMostWaiting = 4;
constexpr int kMostWaitingForRedis = 2;
constexpr Milliseconds kDatabaseDeadline{4'000};
constexpr Milliseconds kDatabaseWait{1'000};
constexpr Milliseconds kConnectTimeout{2'000};
constexpr Milliseconds kRedisTimeout{1'000};

postgres::Options database_options(const std::string& url) {
    postgres::Options options;
    options.url = url;
    options.application_name = kProgram;
    options.deadline = kDatabaseDeadline;
    options.statement_timeout = kDatabaseDeadline;
    options.connect_timeout = kConnectTimeout;
    options.connections = kMostWaiting;
    options.wait = kDatabaseWait;
    return options;
}

}  // namespace

App::App(const Options& options)
    : stores_(options.stores, kProgram),
      metrics_(kService, stores_.dependencies()),
      database_(database_options(options.stores.database_url), stores_.postgres_dependency),
      task_redis_({.url = options.stores.redis_url, .connect_timeout = kRedisTimeout, .timeout = kRedisTimeout},
                  stores_.redis_dependency),
      access_(options.api_keys, parse_key_policy(options.api_auth)),
      rate_limit_({.per_minute = options.rate_limit, .redis_url = options.stores.redis_url},
                  stores_.redis_dependency,
                  RateLimitMetrics(metrics_.registry())),
      cors_(options.cors_origins),
      current_([this] { return worlds_.load(); }, access_, clock_),
      stored_(database_, current_, StoredMetrics(metrics_.registry()), {.most_waiting = kMostWaiting}),
      tasks_(task_redis_, current_, clock_, kMostWaitingForRedis),
      history_(database_, stored_.turns(), current_, clock_),
      players_(database_, stored_, current_),
      alerts_(database_, stored_.turns(), current_),
      moderation_(database_, stored_, tasks_, current_, clock_),
      analytics_(database_, task_redis_, stored_, current_),
      status_([this] { return worlds_.load(); }, task_redis_, stores_.dependencies(), current_, clock_),
      game_metrics_([this] { return worlds_.load(); }, clock_, static_cast<std::size_t>(options.top_players)),
      event_metrics_(metrics_.registry()),
      hub_({.on_change = [this](http::ListenerChange change) { event_metrics_.note(change); }}),
      events_(hub_,
              clock_,
              [this](const std::string& world, std::uint64_t number) {
                  return world_state::alerts_after(database_, world, number, kDatabaseDeadline);
              },
              event_metrics_,
              {}),
      states_(stores_.redis, stores_.postgres, stores_.nats, clock_, metrics_.registry(), {}) {
    if (access_.locks_everybody_out()) {
        log::warn("no_api_key", {{"api_auth", options.api_auth}, {"effect", "what needs a key answers 403"}});
    }
    worlds_.store(std::make_shared<const world_state::Worlds>());
    serve(options);
    read_states();
    heartbeat_ =
        std::make_unique<world_state::Heartbeat>(world_state::Heartbeat::Options{.redis_url = options.stores.redis_url},
                                                 world_state::plain_replica(kService, [this] { return ready(); }));
}

App::~App() {
    stopping_ = true;
}

bool App::ready() const {
    return !stopping_ && worlds_.load()->hold_a_state();
}

http::Management App::management() {
    return {kService, [this] { return ready(); }, stores_.dependencies(), [this] { return metrics_.render(); }};
}

void App::read_states() {
    states_.on_change([this](const std::shared_ptr<const world_state::Worlds>& worlds) {
        worlds_.store(worlds);
        for (const world_state::World& world : worlds->all) {
            if (world.state) {
                events_.show(*current_.prepare(world.state));
            }
        }
    });
    states_.start();
}

void App::serve(const Options& options) {
    std::vector<http::Route> routes = to_routes(endpoints({current_,
                                                           stored_,
                                                           tasks_,
                                                           history_,
                                                           alerts_,
                                                           moderation_,
                                                           game_metrics_,
                                                           players_,
                                                           analytics_,
                                                           status_,
                                                           events_,
                                                           access_,
                                                           management()}),
                                                access_,
                                                rate_limit_);
    http_metrics_ = std::make_unique<metrics::HttpMetrics>(metrics_.registry(), routes);

    http::ServerOptions management_options;
    management_options.address = options.management_address;
    management_options.port = options.management_port;
    management_server_ = std::make_unique<http::Server>(management_options, http::management_routes(management()));

    http::ServerOptions server_options;
    server_options.address = options.listen_address;
    server_options.port = options.port;
    server_options.threads = kWorkers;
    server_options.waiting_threads = kWaitingThreads;
    server_options.trusted_proxies = trusted_proxies(options);
    server_options.on_exchange = http_metrics_->on_exchange();
    server_options.decorate = [this](const http::Request& request, http::Reply& reply) {
        mark_deprecated(request, reply);
        cors_.decorate(request, reply);
    };
    server_ = std::make_unique<http::Server>(server_options, std::move(routes));
    log::info("listening",
              {{"address", options.listen_address},
               {"port", server_->port()},
               {"management_address", options.management_address},
               {"management_port", management_server_->port()}});
}

}  // namespace watchtower::gateway
