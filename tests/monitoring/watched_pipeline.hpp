#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "tests/support/alertmanager_server.hpp"
#include "tests/support/nats_server.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/prometheus_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/service.hpp"
#include "tests/support/simulator.hpp"

namespace watchtower::test {

/// For conditions that ask Prometheus, which has something new to say twice a second: leaves the processor to others.
inline void let_time_pass() {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
}

/// The whole of Watchtower with a game that moves and does nothing alarming, one process of each kind, and Prometheus
/// and Alertmanager beside it with the configuration and the rules of prometheus/. What is told goes to a webhook.
class WatchedPipeline {
public:
    /// In the rules and in Alertmanager time runs so many times as fast (faster.hpp). The game is read once a second
    /// and scraped twice.
    explicit WatchedPipeline(int factor);

    /// Processes and servers by what they are called in prometheus/ ("collector", "postgres", "game").
    void kill(const std::string& name);
    void start(const std::string& name);  ///< after kill

private:
    const int factor_;
    const TemporaryFolder rules_;

public:
    /// GET of its public listener.
    [[nodiscard]] http::FetchResult ask_gateway(const std::string& path) const;

    PostgresServer postgres{{.durable = true, .settings = {}}};  // one that is killed keeps what it has committed
    RedisServer redis;
    NatsServer nats;
    Simulator game;
    Service collector;
    Service gateway;
    Service exporter;
    Service publisher;
    WebhookReceiver webhook;
    AlertmanagerServer alertmanager;
    PrometheusServer prometheus;

private:
    [[nodiscard]] Service::Options options(const char* listener, const std::string& role) const;
    [[nodiscard]] std::string alertmanager_configuration() const;
    [[nodiscard]] std::string prometheus_configuration() const;
    template <typename Deed>
    void at(const std::string& name, const Deed& deed);
};

}  // namespace watchtower::test
