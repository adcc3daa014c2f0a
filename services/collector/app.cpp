#include "services/collector/app.hpp"

#include <algorithm>

#include "common/base/backoff.hpp"
#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "common/http/management.hpp"
#include "services/collector/store/store.hpp"
#include "services/collector/task_handlers.hpp"

namespace watchtower::collector {

namespace {

constexpr std::size_t kMostConnections = 12;
constexpr std::size_t kConnectionsBesideWorlds = 2;

/// What PostgreSQL may still take when the process is to end, which must leave time to give the worlds back.
constexpr Milliseconds kLastWords{3'000};

postgres::Options postgres_options(const Options& options) {
    constexpr Milliseconds kDeadline{10'000};
    return {
        .url = options.stores.database_url,
        .application_name = "watchtower-collector",
        .deadline = kDeadline,
        .statement_timeout = kDeadline,
        // A frozen owner's transaction ends with its lease: it must neither hold up nor undo what the next one does.
        .idle_timeout = lease_for(options.interval),
        .connections = static_cast<int>(std::min(options.worlds.size() + kConnectionsBesideWorlds, kMostConnections)),
        .wait = kDeadline};
}

std::vector<std::string> world_names(const Options& options) {
    std::vector<std::string> names;
    for (const World& world : options.worlds) {
        names.push_back(world.name);
    }
    return names;
}

/// While Redis hangs, each look at it holds a world up for this long: it must leave time for the tick.
redis::Options redis_options(const Options& options) {
    redis::Options redis;
    redis.url = options.stores.redis_url;
    redis.timeout = std::clamp(options.interval / 4, Milliseconds(100), redis.timeout);
    redis.connect_timeout = std::min(redis.connect_timeout, redis.timeout);
    return redis;
}

Owners::Options owners_options(const Options& options, const std::string& id) {
    Owners::Options owners;
    owners.id = id;
    owners.worlds = world_names(options);
    owners.lease = lease_for(options.interval);
    owners.redis_url = options.stores.redis_url;
    owners.database_url = options.stores.database_url;
    return owners;
}

nats::Options nats_options(const Options& options) {
    nats::Options nats;
    nats.url = options.stores.nats_url;
    nats.creds_file = options.stores.nats_creds_file;
    nats.ca_file = options.stores.nats_ca_file;
    nats.name = "watchtower-collector";
    return nats;
}

http::ServerOptions server_options(const Options& options, metrics::HttpMetrics& metrics) {
    http::ServerOptions server;
    server.address = options.management_address;
    server.port = options.management_port;
    server.on_exchange = metrics.on_exchange();
    return server;
}

}  // namespace

App::App(const Options& options)
    : options_(options),
      metrics_("collector", {postgres_state_, redis_state_, nats_state_, game_state_}),
      postgres_(postgres_options(options), postgres_state_),
      redis_(redis_options(options), redis_state_),
      nats_(nats_options(options), nats_state_),
      routes_(routes()),
      http_metrics_(metrics_.registry(), routes_),
      management_(std::make_unique<http::Server>(server_options(options, http_metrics_), routes_)),
      outbox_limit_(options.outbox_max_bytes),
      owners_(owners_options(options, id_), redis_state_, postgres_state_),
      collector_metrics_(metrics_.registry(), options.outbox_max_bytes),
      task_metrics_(metrics_.registry(), TaskRunner::kinds(handlers())) {
    make_worlds();
    log::info("listening", {{"management_port", management_->port()}, {"worlds", options_.worlds.size()}});
    heartbeat_ = std::make_unique<world_state::Heartbeat>(
        world_state::Heartbeat::Options{.redis_url = options.stores.redis_url}, [this] {
            collector_metrics_.show(owners_.status());
            return replica();
        });
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

/// In this order: no tick is begun, ticks are stored or kept, the worlds are given back, the tasks are. What PostgreSQL
/// does not take soon is left to the next owner.
App::~App() {
    ready_ = false;
    postgres_.end_within(kLastWords);
    thread_.request_stop();
    thread_.join();
    {
        std::vector<std::jthread> finishing;
        for (const auto& world : worlds_) {
            finishing.emplace_back([&world] { world->finish(); });
        }
    }
    owners_.release();
}

void App::make_worlds() {
    const Surroundings surroundings{{postgres_, redis_, nats_}, *game_state_, clock_, owners_, outbox_limit_};
    for (std::size_t i = 0; i < options_.worlds.size(); ++i) {
        world_metrics_.push_back(bind_world_metrics(metrics_.registry(), options_.worlds[i].name));
        worlds_.push_back(std::make_unique<WorldCollector>(options_, i, id_, surroundings, world_metrics_[i]));
    }
    owners_.on_change([this] {
        collector_metrics_.show(owners_.status());
        for (const auto& world : worlds_) {
            world->wake();
        }
    });
}

proto::Replica App::replica() const {
    const auto whole = [](const auto* series) { return static_cast<std::uint64_t>(series->Value()); };
    proto::Replica replica{"collector", id_, version(), started_, ready_, {}};
    for (std::size_t i = 0; i < world_metrics_.size(); ++i) {
        const WorldMetrics& world = world_metrics_[i];
        replica.worlds.push_back({options_.worlds[i].name,
                                  owners_.owns(i),
                                  whole(world.ticks_stored),
                                  whole(world.ticks_skipped),
                                  whole(world.ticks_failed),
                                  whole(world.outbox_ticks),
                                  whole(world.outbox_at_risk)});
    }
    return replica;
}

TaskHandlers App::handlers() {
    const auto world_of = [this](const std::string& name) -> WorldCollector* {
        const auto found =
            std::find_if(worlds_.begin(), worlds_.end(), [&name](const auto& world) { return world->name() == name; });
        return found == worlds_.end() ? nullptr : found->get();
    };
    return task_handlers({postgres_, redis_, clock_, options_.retention, id_, world_of});
}

std::unique_ptr<TaskRunner> App::make_task_runner() {
    TaskRunnerOptions tasks;
    tasks.redis.url = options_.stores.redis_url;
    tasks.claims.consumer = id_;
    tasks.schedule = usual_schedule(world_names(options_));
    return std::make_unique<TaskRunner>(std::move(tasks), handlers(), task_metrics_, clock_, redis_state_);
}

std::vector<http::Route> App::routes() {
    return http::management_routes({.service = "collector",
                                    .ready = [this] { return ready_.load(); },
                                    .dependencies = {postgres_state_, redis_state_, nats_state_, game_state_},
                                    .metrics = [this] { return metrics_.render(); }});
}

bool App::prepare_database() {
    try {
        Store::migrate(postgres_);
        Store(postgres_).register_worlds(world_names(options_), clock_.now());
        return true;
    } catch (const Unavailable&) {
        return false;  // the dependency's state says why
    } catch (const Error& error) {
        log::error("database_not_ready", {{"error", error.what()}});
        return false;
    }
}

void App::run(const std::stop_token& stop) {
    Backoff backoff(Milliseconds(200), Milliseconds(5'000));
    while (!prepare_database()) {
        if (!wait_for(stop, backoff.next())) {
            return;
        }
    }
    ready_ = true;
    owners_.start();
    tasks_ = make_task_runner();
    std::vector<std::jthread> threads;
    for (const auto& world : worlds_) {
        threads.emplace_back([&world, &stop] { world->run(stop); });
    }
}

}  // namespace watchtower::collector
