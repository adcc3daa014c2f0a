#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <prometheus/registry.h>

#include "common/base/clock.hpp"
#include "common/base/latest.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/postgres_states.hpp"
#include "common/world_state/reader.hpp"
#include "common/world_state/redis_states.hpp"
#include "common/world_state/worlds.hpp"

namespace watchtower::world_state {

/// The newest state of every world, kept by a thread of its own that looks for newer ones once a `poll` and whenever it
/// is told to look, by an announcement over NATS for one. Works with Redis, PostgreSQL, NATS or all of them away, at
/// the start and later. Reader says which store it believes. Thread-safe.
class WorldStates {
public:
    struct Options {
        Milliseconds poll{1'000};
        Milliseconds postgres_deadline{3'000};  ///< of each read, so that a frozen PostgreSQL does not hold up Redis
    };
    using Listener = std::function<void(const std::shared_ptr<const Worlds>&)>;

    /// All must outlive it. Give it clients with short timeouts: one look may wait for each of them.
    WorldStates(redis::Client& redis,
                postgres::Client& postgres,
                nats::Client& nats,
                const Clock& clock,
                prometheus::Registry& registry,
                const Options& options);
    /// Waits for a look under way, which the clients' timeouts bound.
    ~WorldStates();
    WorldStates(const WorldStates&) = delete;
    WorldStates& operator=(const WorldStates&) = delete;

    /// Calls `listener` on the reading thread with what worlds() returns from now on: after each new state or world,
    /// and when time alone changes how a state is shown (Freshness). It should be quick. Before start only.
    void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }

    /// Begins to read.
    void start();

    /// Looks at once.
    void look();

    /// What there is now; never null.
    [[nodiscard]] std::shared_ptr<const Worlds> worlds() const { return worlds_.load(); }

private:
    void run(const std::stop_token& stop);
    void show(const std::shared_ptr<const Worlds>& worlds);
    [[nodiscard]] Milliseconds pause() const;

    const Options options_;
    const Clock& clock_;
    nats::Client& nats_;
    RedisStates redis_states_;
    PostgresStates postgres_states_;
    Reader reader_;
    Latest<Worlds> worlds_;
    std::vector<Listener> listeners_;

    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool told_to_look_ = false;
    nats::Subscription announcements_;
    std::jthread thread_;
};

}  // namespace watchtower::world_state
