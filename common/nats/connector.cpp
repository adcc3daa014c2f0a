#include "common/nats/connector.hpp"

#include <algorithm>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower::nats {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kAssumedMaxPayload = 1 << 20;
constexpr milliseconds kFirstWait{100};
constexpr milliseconds kMostWait{1000};
constexpr std::chrono::seconds kLastingConnection{5};

}  // namespace

Connector::Connector(const Options& options, std::shared_ptr<Dependency> dependency)
    : options_(options),
      servers_(parse_servers(options.url)),
      dependency_(dependency ? std::move(dependency) : std::make_shared<Dependency>("nats")),
      max_payload_(kAssumedMaxPayload),
      last_failure_("nats " + servers_.front().to_string() + ": not connected yet") {
    // The thread's first connect would do it too late for a message that is made meanwhile.
    throw_if_failed(nats_Open(-1), "nats library");
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Connector::~Connector() {
    stop();
}

void Connector::stop() {
    std::vector<std::shared_ptr<Subscriber>> subscribers;
    {
        const std::lock_guard lock(subscribers_mutex_);
        subscribers = subscribers_;
    }
    for (const auto& subscriber : subscribers) {
        subscriber->stop();
    }
    thread_.request_stop();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Connector::connected() const {
    const std::lock_guard lock(mutex_);
    return current_ && !current_->has_ended();
}

bool Connector::wait_connected(milliseconds deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [this] { return current_ && !current_->has_ended(); });
}

std::shared_ptr<Connection> Connector::require(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    if (!current_ || current_->has_ended()) {
        const std::string why = current_ ? current_->name() + ": " + current_->why_ended() : last_failure_;
        throw Unavailable(why + "; not done: " + what);
    }
    return current_;
}

void Connector::add(const std::shared_ptr<Subscriber>& subscriber) {
    const std::lock_guard lock(subscribers_mutex_);
    subscribers_.push_back(subscriber);
    if (bound_to_) {
        subscriber->bind(bound_to_->get());
    }
}

void Connector::remove(const std::shared_ptr<Subscriber>& subscriber) {
    {
        const std::lock_guard lock(subscribers_mutex_);
        std::erase(subscribers_, subscriber);
        if (auto subscription = subscriber->unbind()) {
            bound_to_->retire(std::move(subscription));
        }
    }
    subscriber->stop();
}

void Connector::run(const std::stop_token& stop) {
    Backoff backoff(kFirstWait, kMostWait);
    for (std::size_t tries = 0; !stop.stop_requested(); ++tries) {
        const auto connected_at = steady_clock::now();
        if (const auto connection = connect(servers_[tries % servers_.size()])) {
            serve(stop, connection);
        }
        if (steady_clock::now() - connected_at > kLastingConnection) {
            backoff.reset();
        }
        wait_for(stop, backoff.next());
    }
}

std::shared_ptr<Connection> Connector::connect(const Server& server) {
    const auto on_end = [this] {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    };
    try {
        return std::make_shared<Connection>(options_, server, on_end);
    } catch (const std::exception& error) {
        {
            const std::lock_guard lock(mutex_);
            last_failure_ = error.what();
        }
        dependency_->failed(error.what());
        return nullptr;
    }
}

void Connector::serve(const std::stop_token& stop, const std::shared_ptr<Connection>& connection) {
    // Subscriptions first: who finds the client connected and publishes hears itself.
    bind_all(connection);
    if (const auto most = natsConnection_GetMaxPayload(connection->get()); most > 0) {
        max_payload_ = static_cast<std::size_t>(most);
    }
    dependency_->succeeded();
    {
        std::unique_lock lock(mutex_);
        current_ = connection;
        changed_.notify_all();
        changed_.wait(lock, stop, [&] { return connection->has_ended(); });
        current_.reset();
        last_failure_ = connection->name() + ": " + (connection->has_ended() ? connection->why_ended() : "stopped");
    }
    if (connection->has_ended()) {
        dependency_->failed(connection->name() + ": " + connection->why_ended());
    }
    connection->close();
    unbind_all();
}

void Connector::bind_all(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(subscribers_mutex_);
    bound_to_ = connection;
    for (const auto& subscriber : subscribers_) {
        subscriber->bind(connection->get());
    }
}

void Connector::unbind_all() {
    const std::lock_guard lock(subscribers_mutex_);
    for (const auto& subscriber : subscribers_) {
        if (auto subscription = subscriber->unbind()) {
            bound_to_->retire(std::move(subscription));
        }
    }
    bound_to_.reset();
}

}  // namespace watchtower::nats
