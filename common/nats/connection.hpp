#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/nats/client.hpp"
#include "common/nats/library.hpp"
#include "common/nats/url.hpp"

namespace watchtower::nats {

/// One connection of the library, from its beginning to its end. It is never mended: the library's own reconnecting
/// keeps what was published meanwhile and delivers it late, and ends for ever after two refused credentials.
/// Thread-safe.
class Connection {
public:
    /// Connects to one server. Throws Unavailable. `on_end` is called, on a thread of the library or of whoever calls
    /// abandon, when this connection is of no more use; not after close has returned.
    Connection(const Options& options, const Server& server, std::function<void()> on_end);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] natsConnection* get() const { return connection_; }
    /// "nats host:port"
    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] bool has_ended() const;
    [[nodiscard]] std::string why_ended() const;

    /// Counts it as ended: after a write that failed half-way nothing good can follow on it.
    void abandon(const std::string& why);

    /// Ends a subscription of this connection. It is freed later: cnats before 3.6 crashes when that happens while it
    /// takes a message for it off the network (nats-io/nats.c issue 637).
    void retire(SubscriptionHandle subscription);

    /// Sends what is left, for a second at most, and waits until the library calls nothing of ours any more. Not from a
    /// callback.
    void close();

private:
    static void on_closed(natsConnection* connection, void* self) noexcept;
    void end(const std::string& why);

    const std::string name_;
    const std::function<void()> on_end_;
    natsConnection* connection_ = nullptr;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    bool library_is_done_ = false;
    std::string why_ended_;
    std::vector<SubscriptionHandle> retired_;
};

}  // namespace watchtower::nats
