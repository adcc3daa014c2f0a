#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/http/client.hpp"
#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// A Prometheus with nothing in it, on a free port, that scrapes processes of this machine.
class PrometheusServer final : public LocalServer {
public:
    struct Options {
        std::map<std::string, std::vector<int>> targets = {};  ///< ports of 127.0.0.1 by job
        std::vector<std::filesystem::path> rule_files = {};
        int alertmanager_port = 0;  ///< of 127.0.0.1; 0: alerts go nowhere
        /// Between scrapes and between evaluations.
        std::chrono::milliseconds interval{500};
        /// A whole prometheus.yml instead of all of the above, in which 127.0.0.1:9090 stands for this server.
        std::string configuration = {};
        std::vector<std::string> arguments = {};  ///< more of Prometheus's own: {"--query.lookback-delta=5s"}
    };

    /// One series of an answer.
    struct Sample {
        std::map<std::string, std::string> labels;  ///< "__name__" among them where the series has one
        double value = 0;                           ///< may be NaN or infinite
    };

    /// What an alert rule says now of one series.
    struct Alert {
        std::map<std::string, std::string> labels;  ///< "alertname" among them
        std::map<std::string, std::string> annotations;
        bool firing = false;  ///< else pending
    };

    struct Rule {
        std::string name;
        std::string expression;  ///< as Prometheus writes it
        bool alerting = false;   ///< else recording
        std::string health;      ///< "ok", "err", "unknown" before its first evaluation
        std::string error;
    };

    /// Starts it. Throws std::runtime_error with its output when it does not like its configuration.
    explicit PrometheusServer(Options options);

    /// "http://127.0.0.1:port"
    [[nodiscard]] std::string url() const;

    /// Each throws std::runtime_error with the answer when that is not 200. One thread at a time.
    /// The instant value of an expression whose result is a vector or a scalar.
    [[nodiscard]] std::vector<Sample> query(const std::string& expression);
    [[nodiscard]] std::vector<Alert> alerts();
    [[nodiscard]] std::vector<Rule> rules();
    /// By job, whether the last scrape of each of its targets succeeded; those never scraped count as failed.
    [[nodiscard]] std::map<std::string, std::vector<bool>> targets();
    /// Whatever else it answers: "/api/v1/labels".
    [[nodiscard]] std::string get(const std::string& path);

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] bool is_ready(pid_t pid) override;
    [[nodiscard]] std::string made_configuration() const;
    [[nodiscard]] std::string here() const;  // address and port

    Options options_;
    http::Client client_;
};

}  // namespace watchtower::test
