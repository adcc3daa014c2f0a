#pragma once

#include <cstddef>
#include <string>

#include "common/nats/message.hpp"
#include "services/publisher/schedule.hpp"

namespace watchtower::publisher {

/// A message as it goes out.
struct Publication {
    std::string subject;
    std::string body;
    nats::Headers headers;
};

/// The message of one world at one publication time. The document is the state's, as it was stored; a late one has
/// everything stale as collector_down. When body and headers would exceed `max_payload` bytes, players are left out
/// from the end of both lists. Pure.
[[nodiscard]] Publication make_publication(const Due& due,
                                           TimePoint publication,
                                           const std::string& prefix,
                                           std::size_t max_payload);

/// The document as text of at most `max_bytes`, if leaving players out can do it. `players` is how many there are.
[[nodiscard]] std::string encode_within(const proto::Document& document, std::uint64_t players, std::size_t max_bytes);

}  // namespace watchtower::publisher
