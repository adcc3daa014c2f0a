#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "services/publisher/delivery.hpp"
#include "services/publisher/sightings.hpp"

namespace watchtower::publisher {

/// How far each world's publication got, where another publisher finds it: in the stream, which is asked first as it
/// has what really arrived; without it in Redis (proto::kPublishedKey) and in what was seen. One thread at a time.
class Progress {
public:
    /// All must outlive it.
    Progress(redis::Client& redis, Delivery& delivery, const Sightings& sightings)
        : redis_(redis),
          delivery_(delivery),
          sightings_(sightings) {}

    /// The newest publication time of the world whose document went out on `subject`; nothing: none is known. Throws
    /// Unavailable when NATS cannot be asked; Redis that is away is left out.
    [[nodiscard]] std::optional<TimePoint> read(const std::string& world, const std::string& subject);

    /// Keeps it in Redis, if that is there: the stream has it anyway.
    void keep(const std::string& world, TimePoint publication);

private:
    [[nodiscard]] std::optional<TimePoint> read_redis(const std::string& world);

    redis::Client& redis_;
    Delivery& delivery_;
    const Sightings& sightings_;
};

}  // namespace watchtower::publisher
