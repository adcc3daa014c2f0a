#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/http/server.hpp"
#include "common/metrics/http_metrics.hpp"
#include "common/metrics/service_metrics.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/replicas.hpp"
#include "services/collector/metrics.hpp"
#include "services/collector/options.hpp"
#include "services/collector/outbox/limit.hpp"
#include "services/collector/owners/owners.hpp"
#include "services/collector/tasks/metrics.hpp"
#include "services/collector/tasks/runner.hpp"
#include "services/collector/world_collector.hpp"

namespace watchtower::collector {

/// The collector: migrates the database as soon as it can be reached, then collects the worlds that it owns, each in a
/// thread of its own. Starts with its construction and ends with its destruction.
class App {
public:
    /// Throws Unavailable when the management port cannot be had, BadInput for an unusable URL.
    explicit App(const Options& options);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    [[nodiscard]] std::uint16_t management_port() const { return management_->port(); }

private:
    [[nodiscard]] std::vector<http::Route> routes();
    void run(const std::stop_token& stop);
    [[nodiscard]] bool prepare_database();
    void make_worlds();
    [[nodiscard]] proto::Replica replica() const;
    [[nodiscard]] TaskHandlers handlers();
    [[nodiscard]] std::unique_ptr<TaskRunner> make_task_runner();

    const Options options_;
    const SystemClock clock_;
    const std::string id_ = new_collector_id();
    const TimePoint started_ = clock_.now();
    const std::shared_ptr<Dependency> postgres_state_ = std::make_shared<Dependency>("postgres");
    const std::shared_ptr<Dependency> redis_state_ = std::make_shared<Dependency>("redis");
    const std::shared_ptr<Dependency> nats_state_ = std::make_shared<Dependency>("nats");
    const std::shared_ptr<Dependency> game_state_ = std::make_shared<Dependency>("ccc");
    metrics::ServiceMetrics metrics_;
    postgres::Client postgres_;
    redis::Client redis_;
    nats::Client nats_;
    std::atomic<bool> ready_ = false;
    const std::vector<http::Route> routes_;
    metrics::HttpMetrics http_metrics_;
    std::unique_ptr<http::Server> management_;
    OutboxLimit outbox_limit_;
    Owners owners_;
    std::vector<std::unique_ptr<WorldCollector>> worlds_;
    std::vector<WorldMetrics> world_metrics_;
    CollectorMetrics collector_metrics_;
    TaskMetrics task_metrics_;
    std::unique_ptr<TaskRunner> tasks_;
    std::unique_ptr<world_state::Heartbeat> heartbeat_;
    std::jthread thread_;  ///< last: ends first
};

}  // namespace watchtower::collector
