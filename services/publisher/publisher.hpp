#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include <prometheus/registry.h>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "common/world_state/worlds.hpp"
#include "services/publisher/publisher_metrics.hpp"
#include "services/publisher/schedule.hpp"

namespace watchtower::publisher {

/// Publishes every world's document at each publication time, on a thread of its own. A time at which NATS is away is
/// missed.
class Publisher {
public:
    /// All must outlive it. `prefix` is the subject of the first world.
    Publisher(nats::Client& nats,
              const Clock& clock,
              prometheus::Registry& registry,
              const Schedule& schedule,
              std::string prefix);
    /// What is being published goes out; nothing more is begun.
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// Begins with the next publication time.
    void start();

    /// From now on these are published. Thread-safe.
    void show(const std::shared_ptr<const world_state::Worlds>& worlds);

private:
    void run(const std::stop_token& stop);
    void publish_round(const std::stop_token& stop, TimePoint publication);
    void publish_due(const Round& round, const std::vector<Due>& due);
    void publish_world(const Round& round, const Due& due);
    void note_lateness(const std::string& world, bool late);
    [[nodiscard]] std::shared_ptr<const world_state::Worlds> worlds() const;
    /// Waits for other worlds, the moment or the stop. False: stop.
    bool wait_until(const std::stop_token& stop, TimePoint moment);

    nats::Client& nats_;
    const Clock& clock_;
    const Schedule schedule_;
    const std::string prefix_;
    PublisherMetrics metrics_;
    // Worlds whose trouble has been logged.
    std::set<std::string> failing_;
    std::set<std::string> late_;

    mutable std::mutex mutex_;  ///< for what follows
    std::condition_variable_any changed_;
    bool changed_worlds_ = false;
    std::shared_ptr<const world_state::Worlds> worlds_ = std::make_shared<const world_state::Worlds>();
    std::jthread thread_;
};

}  // namespace watchtower::publisher
