#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/worlds.hpp"
#include "services/publisher/delivery.hpp"

namespace watchtower::publisher {

/// An entry of a world's numbered log.
struct LogEntry {
    std::uint64_t number = 0;
    TimePoint at;
    Publication message;
};

/// A log that each world has in PostgreSQL, numbered from 1 without gaps.
struct WorldLog {
    std::string_view published_key;  ///< the Redis hash of the worlds' newest numbers that went out
    /// The newest number, as a state tells it. Null: states do not tell it, and the log is looked at with each new one.
    std::function<std::uint64_t(const proto::State& state)> newest;
    /// The entries behind a number, the lowest first and not more than are good to read at once; none: there are none.
    /// Throws Unavailable.
    std::function<std::vector<LogEntry>(const world_state::World& world, bool is_first, std::uint64_t number)> after;
};

/// Publishes the entries of the worlds' logs, each in its turn. One thread at a time.
class LogPublisher {
public:
    /// `memory` is how far back entries are published again when nobody knows which were: a stream knows repeats of
    /// this age. The first two must outlive it.
    LogPublisher(Delivery& delivery, redis::Client& redis, WorldLog log, Milliseconds memory);

    /// What was published is read back before the next entry is: another publisher may have published meanwhile.
    void forget() { courses_.clear(); }

    /// Publishes what is new of a world, which has a state; `is_first`: it is the default one. What NATS would never
    /// take is left out and told in the log. Throws Unavailable when NATS or PostgreSQL is away: to be called again.
    void serve(const world_state::World& world, bool is_first, TimePoint now);

private:
    struct Course {
        std::uint64_t number = 0;            ///< the newest that is done with
        bool known = true;                   ///< whether somebody knew it
        std::optional<TimePoint> looked_at;  ///< the tick of the state with which the log was read to its end
    };

    [[nodiscard]] bool may_have_more(const Course& course, const proto::State& state) const;
    void send(const LogEntry& entry);
    [[nodiscard]] Course read(const std::string& world);
    void keep(const std::string& world, std::uint64_t number);

    Delivery& delivery_;
    redis::Client& redis_;
    const WorldLog log_;
    const Milliseconds memory_;
    std::map<std::string, Course> courses_;
};

}  // namespace watchtower::publisher
