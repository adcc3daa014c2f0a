#include "common/nats/subscriber.hpp"

#include <utility>

#include "common/base/log.hpp"

namespace watchtower::nats {

namespace {

constexpr int kMostPendingMessages = 65'536;
constexpr int kMostPendingBytes = 64 << 20;

}  // namespace

Subscriber::Subscriber(std::string subject, std::function<void(Message)> handler, std::string queue)
    : subject_(std::move(subject)),
      queue_(std::move(queue)),
      handler_(std::move(handler)) {
    check_subject(subject_, true);
    if (!queue_.empty()) {
        check_subject(queue_, false);
    }
}

void Subscriber::bind(natsConnection* connection) {
    const std::lock_guard lock(bound_mutex_);
    // The library's threads hold the subscriber by this until on_complete.
    auto closure = std::make_unique<std::shared_ptr<Subscriber>>(shared_from_this());
    natsSubscription* created = nullptr;
    const auto status =
        queue_.empty() ? natsConnection_Subscribe(&created, connection, subject_.c_str(), &on_message, closure.get())
                       : natsConnection_QueueSubscribe(
                             &created, connection, subject_.c_str(), queue_.c_str(), &on_message, closure.get());
    if (status != NATS_OK) {
        if (status != NATS_CONNECTION_CLOSED) {
            log::warn("nats_subscribe_failed", {{"subject", subject_}, {"error", describe(status)}});
        }
        return;
    }
    bound_.reset(created);
    (void)natsSubscription_SetPendingLimits(created, kMostPendingMessages, kMostPendingBytes);
    // It fails only when the connection broke just now; a message may be in hand, so that the closure is better leaked.
    (void)natsSubscription_SetOnCompleteCB(created, &on_complete, closure.release());
}

SubscriptionHandle Subscriber::unbind() {
    const std::lock_guard lock(bound_mutex_);
    dropped_before_ += dropped_by_bound();
    return std::move(bound_);
}

void Subscriber::stop() {
    active_ = false;
    if (runs_in_ == std::this_thread::get_id()) {
        return;
    }
    const std::lock_guard lock(handler_mutex_);
    handler_ = nullptr;
}

std::uint64_t Subscriber::dropped_by_bound() const {
    std::int64_t count = 0;
    if (bound_) {
        (void)natsSubscription_GetDropped(bound_.get(), &count);
    }
    return static_cast<std::uint64_t>(count);
}

std::uint64_t Subscriber::dropped() const {
    const std::lock_guard lock(bound_mutex_);
    return dropped_before_ + dropped_by_bound();
}

void Subscriber::on_message(natsConnection*, natsSubscription*, natsMsg* message, void* subscriber) noexcept {
    const MessageHandle owned(message);
    const auto self = *static_cast<std::shared_ptr<Subscriber>*>(subscriber);
    try {
        self->deliver(message);
    } catch (const std::exception& error) {
        log::warn("nats_handler_failed", {{"subject", self->subject_}, {"error", error.what()}});
    } catch (...) {
        log::warn("nats_handler_failed", {{"subject", self->subject_}, {"error", "not an exception of std"}});
    }
}

void Subscriber::on_complete(void* subscriber) noexcept {
    delete static_cast<std::shared_ptr<Subscriber>*>(subscriber);
}

void Subscriber::deliver(natsMsg* message) {
    const std::lock_guard lock(handler_mutex_);
    if (!active_) {
        return;
    }
    runs_in_ = std::this_thread::get_id();
    const auto no_thread = [](std::atomic<std::thread::id>* thread) { *thread = std::thread::id(); };
    const std::unique_ptr<std::atomic<std::thread::id>, decltype(no_thread)> restored(&runs_in_, no_thread);
    handler_(to_message(message));
}

}  // namespace watchtower::nats
