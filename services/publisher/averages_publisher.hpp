#pragma once

#include <map>
#include <string>

#include "common/base/clock.hpp"
#include "common/postgres/client.hpp"
#include "common/world_state/worlds.hpp"
#include "services/publisher/delivery.hpp"
#include "services/publisher/progress.hpp"

namespace watchtower::publisher {

/// Publishes the worlds' averages over seven days once an hour, as soon as there is a state of that hour. An hour that
/// was missed is not made up for. One thread at a time.
class AveragesPublisher {
public:
    /// All must outlive it.
    AveragesPublisher(Delivery& delivery, Progress& progress, postgres::Client& postgres)
        : delivery_(delivery),
          progress_(progress),
          postgres_(postgres) {}

    /// What was published is read back before the next one is: another publisher may have published meanwhile.
    void forget() { published_.clear(); }

    /// Publishes what is due of a world, which has a state; `is_first`: it is the default one. After a failure nothing
    /// is tried for a minute. Throws Unavailable when NATS or PostgreSQL is away.
    void serve(const world_state::World& world, bool is_first, TimePoint now);

private:
    Delivery& delivery_;
    Progress& progress_;
    postgres::Client& postgres_;
    std::map<std::string, TimePoint> published_;  ///< the newest hour of each world that is out
    TimePoint not_before_;
};

}  // namespace watchtower::publisher
