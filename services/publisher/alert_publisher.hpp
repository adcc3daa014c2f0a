#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/worlds.hpp"
#include "services/publisher/delivery.hpp"

namespace watchtower::publisher {

/// Publishes the entries of the worlds' logs of alerts, each in its turn, on the subject of alerts. Which were
/// published stands in Redis (proto::kPublishedAlertsKey). One thread at a time.
class AlertPublisher {
public:
    /// `memory` is how far back entries are published again when nobody knows which were: a stream knows repeats of
    /// this age. All must outlive it.
    AlertPublisher(
        Delivery& delivery, redis::Client& redis, postgres::Client& postgres, std::string prefix, Milliseconds memory);

    /// What was published is read back before the next entry is: another publisher may have published meanwhile.
    void forget() { courses_.clear(); }

    /// Publishes what is new of a world. Throws Unavailable when NATS or PostgreSQL is away: to be called again.
    void serve(const world_state::World& world, TimePoint now);

private:
    struct Course {
        std::uint64_t number = 0;  ///< the newest that is done with
        bool known = true;         ///< whether somebody knew it
    };

    [[nodiscard]] Course read(const std::string& world);
    void keep(const std::string& world, std::uint64_t number);

    Delivery& delivery_;
    redis::Client& redis_;
    postgres::Client& postgres_;
    const std::string prefix_;
    const Milliseconds memory_;
    std::map<std::string, Course> courses_;
};

}  // namespace watchtower::publisher
