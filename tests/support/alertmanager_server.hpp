#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/http/client.hpp"
#include "common/http/server.hpp"
#include "tests/support/local_server.hpp"

namespace watchtower::test {

/// What an Alertmanager sends to: takes every POST to /alerts and keeps its body.
class WebhookReceiver {
public:
    /// One alert of a body that is Alertmanager's webhook.
    struct Alert {
        bool firing = false;  ///< else resolved
        std::map<std::string, std::string> labels;
        std::map<std::string, std::string> annotations;
    };

    WebhookReceiver();

    /// "http://127.0.0.1:port/alerts"
    [[nodiscard]] std::string url() const;
    /// In the order they came. Thread-safe.
    [[nodiscard]] std::vector<std::string> bodies() const;
    /// All alerts of all bodies, in the order they came; throws when a body is no webhook of Alertmanager's.
    [[nodiscard]] std::vector<Alert> alerts() const;

private:
    http::Reply take(const http::Request& request);

    mutable std::mutex mutex_;
    std::vector<std::string> bodies_;
    http::Server server_;
};

/// An Alertmanager on a free port, without a cluster, that knows no alerts yet.
class AlertmanagerServer final : public LocalServer {
public:
    struct Options {
        std::string webhook_url = {};  ///< where all alerts go at once, resolved ones too; empty: nowhere
        /// A whole alertmanager.yml instead.
        std::string configuration = {};
    };

    struct Alert {
        std::map<std::string, std::string> labels;
        std::map<std::string, std::string> annotations;
        bool inhibited = false;  ///< or silenced
        std::vector<std::string> receivers;
    };

    explicit AlertmanagerServer(Options options);

    /// "http://127.0.0.1:port"
    [[nodiscard]] std::string url() const;

    /// The alerts that fire now. Throws std::runtime_error with the answer when that is not 200. One thread at a time.
    [[nodiscard]] std::vector<Alert> alerts();

private:
    [[nodiscard]] std::vector<std::string> command() override;
    [[nodiscard]] bool is_ready(pid_t pid) override;
    [[nodiscard]] std::string configuration() const;

    Options options_;
    http::Client client_;
};

}  // namespace watchtower::test
