#include "tests/support/alertmanager_server.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace watchtower::test {

namespace {

using nlohmann::json;
using Labels = std::map<std::string, std::string>;

http::ServerOptions with_large_bodies() {
    http::ServerOptions options;
    options.max_body_bytes = 16UL << 20U;
    return options;
}

/// The port that it says in its log that it got; 0 before that.
int listening_port(const std::string& log) {
    const std::string before = R"(msg="Listening on" address=127.0.0.1:)";
    const std::size_t at = log.find(before);
    return at == std::string::npos || log.find('\n', at) == std::string::npos
               ? 0
               : std::stoi(log.substr(at + before.size()));
}

}  // namespace

WebhookReceiver::WebhookReceiver()
    : server_(
          with_large_bodies(),
          {{http::Method::post, "/alerts", [this](const http::Request& request) { return take(request); }, "", {}}}) {}

std::string WebhookReceiver::url() const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/alerts";
}

http::Reply WebhookReceiver::take(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    bodies_.push_back(request.body);
    return http::Reply::text("ok");  // what Slack says, too
}

std::vector<std::string> WebhookReceiver::bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
}

std::vector<WebhookReceiver::Alert> WebhookReceiver::alerts() const {
    std::vector<Alert> alerts;
    for (const std::string& body : bodies()) {
        const json message = json::parse(body);
        for (const json& alert : message.at("alerts")) {
            alerts.push_back({alert.at("status") == "firing",
                              alert.at("labels").get<Labels>(),
                              alert.at("annotations").get<Labels>()});
        }
    }
    return alerts;
}

AlertmanagerServer::AlertmanagerServer(Options options) : options_(std::move(options)) {
    start();
}

std::string AlertmanagerServer::configuration() const {
    if (!options_.configuration.empty()) {
        return options_.configuration;
    }
    const std::string receiver = options_.webhook_url.empty()
                                     ? "{name: test}"
                                     : "{name: test, webhook_configs: [{url: '" + options_.webhook_url + "'}]}";
    return "route: {receiver: test, group_by: ['...'], group_wait: 0s, group_interval: 100ms, repeat_interval: 1h}\n"
           "receivers: [" +
           receiver + "]\n";
}

std::vector<std::string> AlertmanagerServer::command() {
    write_file("alertmanager.yml", configuration());
    return {"prometheus-alertmanager",
            "--config.file=" + (folder() / "alertmanager.yml").string(),
            "--storage.path=" + (folder() / "data").string(),
            "--web.listen-address=127.0.0.1:" + std::to_string(port()),
            "--cluster.listen-address="};
}

bool AlertmanagerServer::is_ready(pid_t) {
    if (port() == 0) {
        set_port(listening_port(output()));
    }
    return port() != 0 && client_.get(url() + "/-/ready", {}).status == 200;
}

std::string AlertmanagerServer::url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

std::vector<AlertmanagerServer::Alert> AlertmanagerServer::alerts() {
    const auto answer = client_.get(url() + "/api/v2/alerts", {});
    if (answer.status != 200) {
        throw std::runtime_error("alertmanager: alerts: " + std::to_string(answer.status) + " " + answer.reason +
                                 answer.body);
    }
    std::vector<Alert> alerts;
    for (const json& alert : json::parse(answer.body)) {
        std::vector<std::string> receivers;
        for (const json& receiver : alert.at("receivers")) {
            receivers.push_back(receiver.at("name"));
        }
        alerts.push_back({.labels = alert.at("labels").get<Labels>(),
                          .annotations = alert.at("annotations").get<Labels>(),
                          .inhibited = alert.at("status").at("state") == "suppressed",
                          .receivers = std::move(receivers)});
    }
    return alerts;
}

}  // namespace watchtower::test
