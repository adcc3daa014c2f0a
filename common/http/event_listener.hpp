#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "common/http/event_hub.hpp"
#include "common/http/stream.hpp"

namespace watchtower::http {

using SharedEvent = std::shared_ptr<const Event>;

/// One listener of a hub: its queue and, once there is one, its socket. Used by the hub's thread only.
class EventListener {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Offered { taken, not_wanted, skipped, full };
    enum class Sent { all, blocked, broken };

    /// `options` outlives the listener.
    EventListener(std::vector<Interest> interests, const EventHubOptions& options)
        : options_(options),
          interests_(std::move(interests)) {}

    [[nodiscard]] bool has_room(std::size_t bytes) const;

    /// Queues the event if it is wanted. `full`: there was no room, and it must not be lost.
    [[nodiscard]] Offered offer(const SharedEvent& event);

    /// What was offered so far comes after the `first` events, which the queue's bounds do not hold for.
    void attach(Socket socket, Place place, const std::vector<SharedEvent>& first, TimePoint now);

    /// Sends what the socket takes. Without a socket there is nothing to do.
    [[nodiscard]] Sent send(TimePoint now);

    /// Queues a comment when nothing was sent for the heartbeat's time; true: there is one to send.
    [[nodiscard]] bool keep_alive(TimePoint now);

    /// Nothing of what was sent was acknowledged for write_timeout. Looks at the socket; to be called now and then.
    [[nodiscard]] bool is_unresponsive(TimePoint now);

    /// No event is taken any more; the connection is to end when all is sent.
    void finish() { finishing_ = true; }
    [[nodiscard]] bool finishing() const { return finishing_; }

    /// Ends the connection after what was sent; input that nobody wants would reset it.
    void close();

    /// -1: none.
    [[nodiscard]] int fd() const { return socket_.fd(); }

private:
    bool skip(const std::string& topic);
    void push(const SharedEvent& event);
    Interest* interest_in(const std::string& topic);

    const EventHubOptions& options_;
    std::vector<Interest> interests_;
    std::deque<SharedEvent> queue_;
    std::size_t queued_bytes_ = 0;
    std::size_t begun_bytes_ = 0;  // of the first event, already sent
    Socket socket_;
    Place place_;
    bool finishing_ = false;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t acknowledged_bytes_ = 0;
    TimePoint last_sent_;
    TimePoint last_acknowledged_;
};

}  // namespace watchtower::http
