#include "services/publisher/sightings.hpp"

#include <algorithm>

#include "proto-json/names.hpp"
#include "services/publisher/publication.hpp"

namespace watchtower::publisher {

Sightings::Sightings(nats::Client& nats, const std::string& prefix) {
    for (const std::string& subject : {prefix, proto::document_subject(prefix, "*", false)}) {
        subscriptions_.push_back(nats.subscribe(subject, [this](const nats::Message& message) { see(message); }));
    }
}

void Sightings::see(const nats::Message& message) {
    if (const auto publication = publication_of(message)) {
        const std::lock_guard lock(mutex_);
        const auto [entry, is_new] = newest_.try_emplace(message.subject, *publication);
        entry->second = std::max(entry->second, *publication);
    }
}

std::optional<TimePoint> Sightings::newest(const std::string& subject) const {
    const std::lock_guard lock(mutex_);
    const auto found = newest_.find(subject);
    return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace watchtower::publisher
