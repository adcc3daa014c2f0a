#include "services/publisher/delivery.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kTimeout{2'000};

}  // namespace

Delivery::Delivery(nats::Client& nats,
                   nats::StreamOptions stream,
                   bool manage,
                   std::function<void()> check,
                   prometheus::Registry& registry)
    : nats_(nats),
      stream_(std::move(stream)),
      manages_(manage),
      check_(std::move(check)) {
    auto& messages = prometheus::BuildCounter()
                         .Name("watchtower_nats_publications_total")
                         .Help("Messages for other programs that NATS took (published) or did not (failed), by kind.")
                         .Register(registry);
    for (const PublicationKind kind : kPublicationKinds) {
        const std::string name(to_text(kind));
        counters_.at(static_cast<std::size_t>(kind)) = {&messages.Add({{"kind", name}, {"result", "published"}}),
                                                        &messages.Add({{"kind", name}, {"result", "failed"}})};
    }
}

void Delivery::prepare() {
    if (!manages_) {
        return;
    }
    try {
        has_stream_ = nats_.ensure_stream(stream_);
        last_refusal_.clear();
    } catch (const Unavailable&) {
        throw;
    } catch (
        const Error& e) {  // another stream has these subjects, or this user may not: documents go out all the same
        has_stream_ = false;
        if (std::exchange(last_refusal_, e.what()) != last_refusal_) {
            log::error("stream_not_made", {{"stream", stream_.name}, {"error", e.what()}});
        }
    }
}

void Delivery::send(const Publication& message) {
    check_();
    const Counters& counters = counters_.at(static_cast<std::size_t>(message.kind));
    try {
        hand_over(message);
        counters.published->Increment();
    } catch (...) {
        counters.failed->Increment();
        throw;
    }
}

void Delivery::hand_over(const Publication& message) {
    const auto ack = nats_.publish_acked(message.subject, message.body, message.headers, kTimeout);
    if (!ack && has_stream_) {
        throw Unavailable("nats: stream " + stream_.name + " did not take " + message.subject);
    }
}

std::optional<nats::Message> Delivery::last_stored(const std::string& subject) {
    return nats_.last_stored(stream_.name, subject);
}

}  // namespace watchtower::publisher
