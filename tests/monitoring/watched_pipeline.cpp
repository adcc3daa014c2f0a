#include "tests/monitoring/watched_pipeline.hpp"

#include <map>
#include <sstream>

#include "tests/monitoring/faster.hpp"
#include "tests/monitoring/source_text.hpp"
#include "tests/support/replaced.hpp"

namespace watchtower::test {

namespace {

std::string address(int port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

WatchedPipeline::WatchedPipeline(int factor)
    : factor_(factor),
      game({.flags = {{"sim-players", "60"}, {"sim-warmup", "3600"}, {"sim-speed", "20"}, {"sim-cheaters", "0"}}}),
      collector("collector", options("management-port", "watchtower")),
      gateway("api-gateway", options("management-port", "watchtower_reader")),
      exporter("exporter", options("port", "watchtower_reader")),
      publisher("publisher", options("management-port", "watchtower_reader")),
      alertmanager({.configuration = alertmanager_configuration()}),
      prometheus({.configuration = prometheus_configuration(), .arguments = {"--rules.alert.resend-delay=1s"}}) {}

Service::Options WatchedPipeline::options(const char* listener, const std::string& role) const {
    return {.environment = {{"CCC_API_URL", game.url()},
                            {"METRICS_COLLECTION_INTERVAL", "1"},
                            {"PUBLISH_INTERVAL", "1"},
                            {"PUBLISH_BACKLOG", "300"},
                            {"ALERT_LOW_ACTIVITY", "0"},
                            {"ALERT_HIGH_FAILURE_RATE", "1"},
                            {"ALERT_RESOURCE_WARNING", "1"},
                            {"DATABASE_URL", postgres.url("watchtower", role)},
                            {"REDIS_URL", redis.url()},
                            {"NATS_URL", nats.url()},
                            {"API_AUTH", "none"}},
            .listener = listener,
            .wait_for = "/health"};
}

/// The routes and inhibition of prometheus/, everybody of which is the webhook.
std::string WatchedPipeline::alertmanager_configuration() const {
    const std::string text = faster(source_text("prometheus/alertmanager-local.yml"), factor_);
    std::string told = text.substr(0, text.find("\nreceivers:"));
    std::istringstream receivers(text.substr(told.size()));
    for (std::string line; std::getline(receivers, line);) {
        told += line + "\n";
        if (line.find("- name: ") != std::string::npos) {
            told += "    webhook_configs: [{url: '" + webhook.url() + "'}]\n";
        }
    }
    return told;
}

std::string WatchedPipeline::prometheus_configuration() const {
    for (const auto& file : std::filesystem::directory_iterator(source_folder() / "prometheus/rules")) {
        const auto name = file.path().filename();
        (void)rules_.write(name, faster(source_text("prometheus/rules" / name), factor_));
    }
    std::string text = source_text("prometheus/local.yml");
    for (const auto& [from, to] :
         std::map<std::string, std::string>{{"rules/*.yml", rules_.path() / "*.yml"},
                                            {"scrape_interval: 15s", "scrape_interval: 500ms"},
                                            {"scrape_timeout: 10s", "scrape_timeout: 500ms"},
                                            {"evaluation_interval: 15s", "evaluation_interval: 250ms"},
                                            {address(9201), address(collector.port())},
                                            {address(9202), address(gateway.port())},
                                            {address(9203), address(exporter.port())},
                                            {address(9204), address(publisher.port())},
                                            {address(9093), address(alertmanager.port())}}) {
        text = replaced(text, from, to);
    }
    return text;
}

http::FetchResult WatchedPipeline::ask_gateway(const std::string& path) const {
    return http::Client().get("http://" + address(gateway.port_of("port")) + path, {});
}

template <typename Deed>
void WatchedPipeline::at(const std::string& name, const Deed& deed) {
    if (name == "postgres") {
        deed(postgres);
        return;
    }
    const std::map<std::string, LocalServer*> servers = {{"redis", &redis},
                                                         {"nats", &nats},
                                                         {"game", &game},
                                                         {"collector", &collector},
                                                         {"api-gateway", &gateway},
                                                         {"exporter", &exporter},
                                                         {"publisher", &publisher}};
    deed(*servers.at(name));
}

void WatchedPipeline::kill(const std::string& name) {
    at(name, [](auto& victim) { victim.kill(); });
}

void WatchedPipeline::start(const std::string& name) {
    at(name, [](auto& victim) { victim.start(); });
}

}  // namespace watchtower::test
