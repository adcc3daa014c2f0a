#include "tests/support/prometheus_server.hpp"

#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "tests/support/process.hpp"
#include "tests/support/replaced.hpp"
#include "tests/support/url_text.hpp"

namespace watchtower::test {

namespace {

using nlohmann::json;
using Labels = std::map<std::string, std::string>;

constexpr int kPortTries = 5;

double number(const json& time_and_value) {
    return std::stod(time_and_value.at(1).get<std::string>());
}

}  // namespace

PrometheusServer::PrometheusServer(Options options) : options_(std::move(options)) {
    if (options_.configuration.empty()) {
        options_.configuration = made_configuration();
    }
    for (int tries = 1;; ++tries) {
        set_port(free_port());
        try {
            start();
            return;
        } catch (const std::runtime_error& e) {
            if (tries == kPortTries || std::string(e.what()).find("address already in use") == std::string::npos) {
                throw;
            }
        }
    }
}

std::string PrometheusServer::made_configuration() const {
    const std::string interval = std::to_string(options_.interval.count()) + "ms";
    std::ostringstream text;
    text << "global: {scrape_interval: " << interval << ", scrape_timeout: " << interval
         << ", evaluation_interval: " << interval << "}\n";
    if (options_.alertmanager_port != 0) {
        text << "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:" << options_.alertmanager_port
             << "']}]}]}\n";
    }
    text << "rule_files:\n";
    for (const auto& file : options_.rule_files) {
        text << "  - " << file << "\n";
    }
    text << "scrape_configs:\n";
    for (const auto& [job, ports] : options_.targets) {
        text << "  - job_name: " << job << "\n    static_configs: [{targets: [";
        for (const int port : ports) {
            text << "'127.0.0.1:" << port << "',";
        }
        text << "]}]\n";
    }
    return text.str();
}

std::vector<std::string> PrometheusServer::command() {
    write_file("prometheus.yml", replaced(options_.configuration, "127.0.0.1:9090", here()));
    std::vector<std::string> words = {"prometheus",
                                      "--config.file=" + (folder() / "prometheus.yml").string(),
                                      "--storage.tsdb.path=" + (folder() / "data").string(),
                                      "--web.listen-address=" + here()};
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    return words;
}

bool PrometheusServer::is_ready(pid_t) {
    return client_.get(url() + "/-/ready", {}).status == 200;
}

std::string PrometheusServer::here() const {
    return "127.0.0.1:" + std::to_string(port());
}

std::string PrometheusServer::url() const {
    return "http://" + here();
}

std::string PrometheusServer::get(const std::string& path) {
    const auto answer = client_.get(url() + path, {});
    if (answer.status != 200) {
        throw std::runtime_error("prometheus: " + path + ": " + std::to_string(answer.status) + " " + answer.reason +
                                 answer.body);
    }
    return answer.body;
}

std::vector<PrometheusServer::Sample> PrometheusServer::query(const std::string& expression) {
    const json data = json::parse(get("/api/v1/query?query=" + percent_encoded(expression))).at("data");
    if (data.at("resultType") == "scalar") {
        return {{{}, number(data.at("result"))}};
    }
    std::vector<Sample> samples;
    for (const json& series : data.at("result")) {
        samples.push_back({series.at("metric").get<Labels>(), number(series.at("value"))});
    }
    return samples;
}

std::vector<PrometheusServer::Alert> PrometheusServer::alerts() {
    const json data = json::parse(get("/api/v1/alerts")).at("data");
    std::vector<Alert> alerts;
    for (const json& alert : data.at("alerts")) {
        alerts.push_back(
            {alert.at("labels").get<Labels>(), alert.at("annotations").get<Labels>(), alert.at("state") == "firing"});
    }
    return alerts;
}

std::vector<PrometheusServer::Rule> PrometheusServer::rules() {
    const json data = json::parse(get("/api/v1/rules")).at("data");
    std::vector<Rule> rules;
    for (const json& group : data.at("groups")) {
        for (const json& rule : group.at("rules")) {
            rules.push_back({.name = rule.at("name"),
                             .expression = rule.at("query"),
                             .alerting = rule.at("type") == "alerting",
                             .health = rule.at("health"),
                             .error = rule.value("lastError", "")});
        }
    }
    return rules;
}

std::map<std::string, std::vector<bool>> PrometheusServer::targets() {
    const json data = json::parse(get("/api/v1/targets?state=active")).at("data");
    std::map<std::string, std::vector<bool>> up;
    for (const json& target : data.at("activeTargets")) {
        up[target.at("labels").at("job")].push_back(target.at("health") == "up");
    }
    return up;
}

}  // namespace watchtower::test
