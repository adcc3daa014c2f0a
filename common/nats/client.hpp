#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/dependency.hpp"
#include "common/nats/message.hpp"

namespace watchtower::nats {

struct Options {
    std::string url = "nats://127.0.0.1:4222";  ///< as parse_servers reads it
    std::string creds_file = {};                ///< a user's JWT and seed; empty: none
    std::string ca_file = {};                   ///< PEM; when given, every server must speak TLS. Empty: the system's
    std::string name = {};                      ///< how the server's monitoring calls this connection
    std::chrono::milliseconds timeout{2000};    ///< for connecting, and for calls that do not bring their own
    /// A server that leaves two of these unanswered is given up.
    std::chrono::milliseconds ping_interval{2000};
};

class Subscriber;
class Connector;

/// An interest in a subject; it ends with this object. After the destructor returns the handler does not run any more
/// (unless it is the handler that destroys it), so what the handler uses must outlive this object. May outlive the
/// Client.
class Subscription {
public:
    Subscription() = default;
    Subscription(std::shared_ptr<Connector> connector, std::shared_ptr<Subscriber> subscriber);
    ~Subscription();
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;

    /// Messages thrown away because the handler was too slow.
    [[nodiscard]] std::uint64_t dropped() const;

private:
    std::shared_ptr<Connector> connector_;
    std::shared_ptr<Subscriber> subscriber_;
};

/// A connection to one of a list of NATS servers. A thread of its own connects, in the background, and connects
/// again for ever, whatever ended the connection: a dead or frozen server, refused credentials. Only the servers of the
/// URL are tried, one after the other.
///
/// Threads: all functions may be called from any, from handlers too; only destroying the Client from a handler is not
/// allowed. Failures: Unavailable when there is no connection (at once, nothing is kept for later) or no answer in
/// time; after the latter a message may or may not have arrived. BadInput for a subject, header or body that no server
/// would take. Error for what the server refuses otherwise.
class Client {
public:
    /// Does not wait for the connection. Throws BadInput for a URL it cannot read. `dependency` is told when the
    /// connection comes and goes; null: nobody is.
    explicit Client(const Options& options, std::shared_ptr<Dependency> dependency = nullptr);
    /// Ends all subscriptions, waiting for handlers that run, then sends what was published: a second more than the
    /// timeout at most.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] bool connected() const;
    /// Blocks until connected or the deadline has passed. Whether it is connected.
    bool wait_connected(std::chrono::milliseconds deadline) const;

    /// The most bytes of body and headers together that the server takes; 1 MiB until it said so.
    [[nodiscard]] std::size_t max_payload() const;

    /// Sends at most once: no error does not mean that the server has it.
    void publish(const std::string& subject, std::string_view body, const Headers& headers = {});

    /// Returns when the server has read all that was published on the connection there is now. A connection that broke
    /// since a publish is not noticed: use publish_flushed where that matters.
    void flush(std::chrono::milliseconds timeout);

    /// Sends, and returns when the server has read it and passed it on.
    void publish_flushed(const std::string& subject,
                         std::string_view body,
                         const Headers& headers,
                         std::chrono::milliseconds timeout);

    /// Sends, and returns when a JetStream stream has stored it. Nothing: no stream takes this subject (or the server
    /// has no JetStream), and it went out as publish_flushed does it. A header Nats-Msg-Id makes repeating it harmless
    /// within the stream's duplicate window.
    std::optional<PublishAck> publish_acked(const std::string& subject,
                                            std::string_view body,
                                            const Headers& headers,
                                            std::chrono::milliseconds timeout);

    /// Creates a stream, or gives an existing one these subjects, age and window and leaves the rest of it alone.
    /// False: the server has no JetStream.
    bool ensure_stream(const StreamOptions& stream);

    /// A stream's settings. Nothing: the server has no JetStream.
    std::optional<StreamLook> find_stream(const std::string& name);

    /// The newest stored message of a subject; nothing when there is none, no such stream or no JetStream.
    std::optional<Message> last_stored(const std::string& stream, const std::string& subject);

    /// Calls `handler` for each message, one at a time, on a thread of the library. Lasts over lost connections (what
    /// is published meanwhile is missed). What the handler throws is logged. When 65,536 messages or 64 MiB wait, newer
    /// ones are dropped and counted. '*' and '>' in the subject match as NATS has it.
    /// Of the subscriptions with the same `queue`, if it is not empty, one gets a message.
    [[nodiscard]] Subscription subscribe(const std::string& subject,
                                         std::function<void(Message)> handler,
                                         const std::string& queue = {});

    /// Sends a request and waits for its answer. Unavailable, at once, when nobody answers on the subject.
    Message request(const std::string& subject, std::string_view body, std::chrono::milliseconds timeout);

private:
    std::shared_ptr<Connector> connector_;
    const std::chrono::milliseconds timeout_;
};

}  // namespace watchtower::nats
