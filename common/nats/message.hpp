#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace watchtower::nats {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Message {
    std::string subject;
    std::string body;  ///< any bytes
    Headers headers = {};
    std::string reply = {};  ///< the subject to publish the answer to; empty: none is awaited
};

/// What JetStream says of a message it has stored.
struct PublishAck {
    std::string stream;
    std::uint64_t sequence = 0;
    bool duplicate = false;  ///< the stream had one with this Nats-Msg-Id: `sequence` is that one's
};

/// A JetStream stream that keeps messages on disk until they are too old.
struct StreamOptions {
    std::string name;                            ///< letters, digits, '-', '_'
    std::vector<std::string> subjects;           ///< wildcards allowed
    std::chrono::seconds max_age{0};             ///< 0: for ever
    std::chrono::seconds duplicate_window{120};  ///< how long a Nats-Msg-Id is remembered; at most max_age
};

/// How a stream is set up, and what it holds.
struct StreamSettings {
    std::chrono::seconds max_age{0};  ///< 0: for ever
    std::chrono::seconds duplicate_window{0};
    bool on_disk = true;
    bool by_limits = true;    ///< messages stay until a limit; else until they were read
    bool is_bounded = false;  ///< a limit of bytes or messages beside that of age
    std::uint64_t messages = 0;
};

/// What a server with JetStream says of a stream.
struct StreamLook {
    std::optional<StreamSettings> settings;  ///< nothing: there is no such stream
};

}  // namespace watchtower::nats
