#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/dependency.hpp"
#include "common/nats/connection.hpp"
#include "common/nats/subscriber.hpp"

namespace watchtower::nats {

/// The thread that sees to it that there is a connection, and that all subscribers are bound to it. Thread-safe.
class Connector {
public:
    /// Throws BadInput for a URL it cannot read.
    Connector(const Options& options, std::shared_ptr<Dependency> dependency);
    ~Connector();
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

    /// Ends the subscribers and the connection for good.
    void stop();

    [[nodiscard]] bool connected() const;
    bool wait_connected(std::chrono::milliseconds deadline);
    [[nodiscard]] std::size_t max_payload() const { return max_payload_; }

    /// The connection there is; `what` was to be done with it. Throws Unavailable when there is none.
    [[nodiscard]] std::shared_ptr<Connection> require(const std::string& what) const;

    void add(const std::shared_ptr<Subscriber>& subscriber);
    void remove(const std::shared_ptr<Subscriber>& subscriber);

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<Connection> connect(const Server& server);
    void serve(const std::stop_token& stop, const std::shared_ptr<Connection>& connection);
    void bind_all(const std::shared_ptr<Connection>& connection);
    void unbind_all();

    const Options options_;
    const std::vector<Server> servers_;
    const std::shared_ptr<Dependency> dependency_;
    std::atomic<std::size_t> max_payload_;

    mutable std::mutex mutex_;  ///< for current_ and last_failure_; a connection's end is told under it too
    std::condition_variable_any changed_;
    std::shared_ptr<Connection> current_;
    std::string last_failure_;

    std::mutex subscribers_mutex_;  ///< for the next two
    std::vector<std::shared_ptr<Subscriber>> subscribers_;
    std::shared_ptr<Connection> bound_to_;

    std::jthread thread_;
};

}  // namespace watchtower::nats
