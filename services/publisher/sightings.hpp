#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"

namespace watchtower::publisher {

/// What any publisher, this one too, was seen to publish: how those that do not hold the lease know how far it got.
/// Thread-safe.
class Sightings {
public:
    /// Listens to all documents under `prefix`. `nats` must outlive it.
    Sightings(nats::Client& nats, const std::string& prefix);

    /// The newest publication time whose document was seen on this subject.
    [[nodiscard]] std::optional<TimePoint> newest(const std::string& subject) const;

private:
    void see(const nats::Message& message);

    mutable std::mutex mutex_;
    std::map<std::string, TimePoint> newest_;
    std::vector<nats::Subscription> subscriptions_;
};

}  // namespace watchtower::publisher
