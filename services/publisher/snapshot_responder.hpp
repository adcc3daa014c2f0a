#pragma once

#include <functional>
#include <memory>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::publisher {

/// Answers requests on proto::kSnapshotRequestSubject with the current document of the world that the body names (the
/// first one when it is empty), as REST shows it, with the headers Watchtower-World and Watchtower-Tick. What cannot be
/// answered gets an empty body and the headers of NATS's services (ADR-32): Nats-Service-Error-Code, 404 for an unknown
/// world or 503 while there is no document, and Nats-Service-Error with the reason. One of all publishers answers.
class SnapshotResponder {
public:
    using Worlds = std::function<std::shared_ptr<const world_state::Worlds>()>;

    /// All must outlive it; `worlds` is called on a thread of the NATS client.
    SnapshotResponder(nats::Client& nats, Worlds worlds, const Clock& clock, prometheus::Registry& registry);

private:
    void answer(const nats::Message& request) const;

    nats::Client& nats_;
    const Worlds worlds_;
    const Clock& clock_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Counter& answered_;
    prometheus::Counter& refused_;
    nats::Subscription subscription_;
};

}  // namespace watchtower::publisher
