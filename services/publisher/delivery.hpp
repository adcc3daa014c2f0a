#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include "common/nats/client.hpp"
#include "services/publisher/publication.hpp"

namespace watchtower::publisher {

/// Hands messages to NATS and knows that they arrived: by the acknowledgement of a JetStream stream where one takes
/// them, by a flush where none does. One thread at a time; all throw Unavailable when NATS is away or does not answer.
class Delivery {
public:
    /// Where the server has JetStream `stream` is the one that keeps what is sent; it is made and kept as described
    /// when it is to be managed. `nats` must outlive it. `check` is called before each message and throws Unavailable
    /// when it is not to be sent any more.
    Delivery(nats::Client& nats,
             nats::StreamOptions stream,
             bool manage,
             std::function<void()> check,
             prometheus::Registry& registry);

    /// Sees to the stream. To be called before what belongs together is sent.
    void prepare();

    /// The most bytes of body and headers that the server takes.
    [[nodiscard]] std::size_t max_payload() const { return nats_.max_payload(); }

    /// When it throws Unavailable, the message may have arrived.
    void send(const Publication& message);

    /// The newest message that the stream keeps of a subject; nothing when there is no stream.
    [[nodiscard]] std::optional<nats::Message> last_stored(const std::string& subject);

private:
    struct Counters {
        prometheus::Counter* published = nullptr;
        prometheus::Counter* failed = nullptr;
    };

    void hand_over(const Publication& message);

    nats::Client& nats_;
    const nats::StreamOptions stream_;
    const bool manages_;
    const std::function<void()> check_;
    std::array<Counters, kPublicationKinds.size()> counters_;  ///< by PublicationKind
    bool has_stream_ = false;
    std::string last_refusal_;
};

}  // namespace watchtower::publisher
