#include "common/nats/client.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/nats/connector.hpp"

namespace watchtower::nats {

namespace {

using std::chrono::milliseconds;

/// Half a message may be on its way: whatever came next would be read as the rest of it.
void check_sent(Connection& connection, natsStatus status, const std::string& what) {
    if (status == NATS_IO_ERROR || status == NATS_TIMEOUT) {
        connection.abandon("a message could not be written");
    }
    throw_if_failed(status, connection.name() + ": " + what);
}

void check_timeout(milliseconds timeout) {
    if (timeout <= milliseconds(0)) {
        throw BadInput("nats: a timeout of " + std::to_string(timeout.count()) + " ms");
    }
}

}  // namespace

Subscription::Subscription(std::shared_ptr<Connector> connector, std::shared_ptr<Subscriber> subscriber)
    : connector_(std::move(connector)),
      subscriber_(std::move(subscriber)) {}

Subscription::~Subscription() {
    if (subscriber_) {
        connector_->remove(subscriber_);
    }
}

Subscription::Subscription(Subscription&& other) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    std::swap(connector_, other.connector_);
    std::swap(subscriber_, other.subscriber_);
    return *this;
}

std::uint64_t Subscription::dropped() const {
    return subscriber_ ? subscriber_->dropped() : 0;
}

Client::Client(const Options& options, std::shared_ptr<Dependency> dependency)
    : connector_(std::make_shared<Connector>(options, std::move(dependency))),
      timeout_(options.timeout) {}

Client::~Client() {
    connector_->stop();
}

bool Client::connected() const {
    return connector_->connected();
}

bool Client::wait_connected(milliseconds deadline) const {
    return connector_->wait_connected(deadline);
}

std::size_t Client::max_payload() const {
    return connector_->max_payload();
}

void Client::publish(const std::string& subject, std::string_view body, const Headers& headers) {
    const auto message = make_message(subject, body, headers, max_payload());
    const std::string what = "publish to " + subject;
    const auto connection = connector_->require(what);
    check_sent(*connection, natsConnection_PublishMsg(connection->get(), message.get()), what);
}

void Client::flush(milliseconds timeout) {
    check_timeout(timeout);
    const auto connection = connector_->require("flush");
    throw_if_failed(natsConnection_FlushTimeout(connection->get(), timeout.count()), connection->name() + ": flush");
}

void Client::publish_flushed(const std::string& subject,
                             std::string_view body,
                             const Headers& headers,
                             milliseconds timeout) {
    check_timeout(timeout);
    const auto message = make_message(subject, body, headers, max_payload());
    const std::string what = "publish to " + subject;
    const auto connection = connector_->require(what);
    check_sent(*connection, natsConnection_PublishMsg(connection->get(), message.get()), what);
    throw_if_failed(natsConnection_FlushTimeout(connection->get(), timeout.count()), connection->name() + ": " + what);
}

Subscription Client::subscribe(const std::string& subject,
                               std::function<void(Message)> handler,
                               const std::string& queue) {
    auto subscriber = std::make_shared<Subscriber>(subject, std::move(handler), queue);
    connector_->add(subscriber);
    return {connector_, std::move(subscriber)};
}

Message Client::request(const std::string& subject, std::string_view body, milliseconds timeout) {
    check_timeout(timeout);
    const auto message = make_message(subject, body, {}, max_payload());
    const std::string what = "request to " + subject;
    const auto connection = connector_->require(what);
    natsMsg* answer = nullptr;
    throw_if_failed(natsConnection_RequestMsg(&answer, connection->get(), message.get(), timeout.count()),
                    connection->name() + ": " + what);
    return to_message(MessageHandle(answer).get());
}

}  // namespace watchtower::nats
