#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "common/nats/library.hpp"
#include "common/nats/message.hpp"

namespace watchtower::nats {

/// A subject and who is told of its messages, over all connections there will be. Thread-safe.
class Subscriber : public std::enable_shared_from_this<Subscriber> {
public:
    /// Throws BadInput for a subject or queue that is none.
    Subscriber(std::string subject, std::function<void(Message)> handler, std::string queue);

    /// Subscribes on a connection. When that connection is broken, nothing: the next one will be told.
    void bind(natsConnection* connection);
    /// Gives up the subscription on the last connection; null when there is none. To be freed as Connection::retire has
    /// it.
    [[nodiscard]] SubscriptionHandle unbind();
    /// From when it returns the handler does not run, unless called by the handler.
    void stop();

    [[nodiscard]] std::uint64_t dropped() const;

private:
    static void on_message(natsConnection* connection,
                           natsSubscription* subscription,
                           natsMsg* message,
                           void* subscriber) noexcept;
    static void on_complete(void* subscriber) noexcept;
    void deliver(natsMsg* message);
    [[nodiscard]] std::uint64_t dropped_by_bound() const;

    const std::string subject_;
    const std::string queue_;  ///< empty: none

    mutable std::mutex bound_mutex_;  ///< for the next two
    SubscriptionHandle bound_;
    std::uint64_t dropped_before_ = 0;

    std::mutex handler_mutex_;  ///< held while the handler runs; for the next two
    std::function<void(Message)> handler_;
    std::atomic<bool> active_ = true;
    std::atomic<std::thread::id> runs_in_ = std::thread::id();
};

}  // namespace watchtower::nats
