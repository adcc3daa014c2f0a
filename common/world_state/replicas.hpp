#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/redis/client.hpp"
#include "proto-json/replica.hpp"

/// Which processes there are: each says so in Redis, for people to see. Nothing is decided by it.
namespace watchtower::world_state {

/// An id that no other process has: "host-4711-9f86d081".
[[nodiscard]] std::string new_replica_id();

/// The replicas that live, by service, then by start. What cannot be read is left out. Throws as the client does.
[[nodiscard]] std::vector<proto::Replica> living_replicas(redis::Client& redis);

/// Says every few seconds that this process lives, on a thread and a connection of its own, until it ends. A Redis that
/// is away is nobody's trouble: it is told again when it is back.
class Heartbeat {
public:
    struct Options {
        std::string redis_url;
        std::chrono::milliseconds interval{5'000};
        std::chrono::milliseconds lifetime{15'000};  ///< of what was said last
    };

    /// `replica` is called on the thread each time, for what is so then.
    Heartbeat(Options options, std::function<proto::Replica()> replica);
    /// Takes back what was said, where Redis is there.
    ~Heartbeat() = default;
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

private:
    void run(const std::stop_token& stop);
    void beat(const proto::Replica& replica);
    void take_back();

    const Options options_;
    const std::function<proto::Replica()> replica_;
    redis::Client redis_;
    std::string member_;   ///< what was said last: service and id
    std::jthread thread_;  ///< last: ends first
};

/// What a process without worlds of its own says. `ready` is asked each time.
[[nodiscard]] std::function<proto::Replica()> plain_replica(std::string service, std::function<bool()> ready);

}  // namespace watchtower::world_state
