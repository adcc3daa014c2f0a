#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace watchtower::http {

/// What becomes of a listener whose queue has no room for an event.
enum class WhenFull {
    skip_to_newest,  ///< it loses the unsent earlier events of the topic and gets this one
    drop_listener,   ///< its connection ends after what it was sent, so that it comes again for what it missed
};

/// One event for all who listen to its topic; the text is shared by them.
struct Event {
    std::string topic;
    /// Rises within a topic: a listener is sent no event whose number is not above the last one it was sent. 0: not
    /// numbered, sent to all.
    std::uint64_t number = 0;
    std::shared_ptr<const std::string> text;  ///< as event_text makes it
    WhenFull when_full = WhenFull::drop_listener;
};

/// A Server-Sent Event: "id: …\nevent: …\ndata: …\n\n", with one data line for each line of `data`. Line ends in id and
/// name are left out; an empty id or name has no line.
[[nodiscard]] std::shared_ptr<const std::string> event_text(std::string_view id,
                                                            std::string_view name,
                                                            std::string_view data);

/// A topic that a listener wants, from the event after number `after` on.
struct Interest {
    std::string topic;
    std::uint64_t after = 0;
};

/// What happened to a listener, for metrics.
enum class ListenerChange {
    joined,       ///< listen was called; there will be one `left`
    left,         ///< for whatever reason
    refused,      ///< listen was called with all places taken
    skipped,      ///< lost events to the newest one
    dropped,      ///< had no room for an event that must not be lost
    unresponsive  ///< took nothing for write_timeout
};

struct EventHubOptions {
    std::size_t max_listeners = 3000;             ///< beyond it listen throws a 503
    std::size_t queue_events = 256;               ///< unsent events of one listener …
    std::size_t queue_bytes = 2UL * 1024 * 1024;  ///< … and their bytes, of which one event may be more
    std::size_t socket_bytes = 128UL * 1024;      ///< the kernel's send buffer for a listener; the kernel doubles it
    std::chrono::milliseconds heartbeat{15'000};  ///< a comment is sent when nothing was for so long
    /// A client that acknowledges nothing of what was sent for so long (and up to a quarter more) is cut off.
    std::chrono::milliseconds write_timeout{20'000};
    std::chrono::milliseconds stop_timeout{1'000};  ///< what the destructor waits for what is queued to go out
    /// Called on the hub's thread or on the one that calls listen; must not throw or block.
    std::function<void(ListenerChange)> on_change;
};

/// A listener that was promised all events since listen() was called. Its handler reads what came before that, and
/// answers with reply(). Given up by being destroyed. Must not outlive its hub.
class Listening {
public:
    virtual ~Listening() = default;
    /// The answer, to be made once: 200, text/event-stream. The client is sent the `first` events, then those published
    /// since listen(); an event that is in both is sent once, as its number says.
    [[nodiscard]] virtual Reply reply(std::vector<Event> first) = 0;
};

/// Sends events to any number of listeners, from one thread of its own that waits for nobody: a client that does not
/// read costs its queue. Thread-safe.
class EventHub {
public:
    explicit EventHub(EventHubOptions options = {});
    /// Sends what is queued (for stop_timeout at most) and ends the connections. The servers whose handlers use the hub
    /// are destroyed before it.
    ~EventHub();
    EventHub(const EventHub&) = delete;
    EventHub& operator=(const EventHub&) = delete;

    /// Throws HttpError 503 with Retry-After when there are max_listeners.
    [[nodiscard]] std::shared_ptr<Listening> listen(std::vector<Interest> interests);

    void publish(Event event);

    [[nodiscard]] std::size_t listeners() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace watchtower::http
