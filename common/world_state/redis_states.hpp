#pragma once

#include <cstdint>
#include <string>

#include "common/redis/client.hpp"
#include "common/world_state/source.hpp"
#include "proto-json/state.hpp"

namespace watchtower::world_state {

/// Puts a state where readers look first, unless Redis has a newer one of that world: compared and written in one step.
/// `position` is the world's in the collectors' configuration, 0 for the first. True when Redis holds this tick's state
/// now. Throws as the client does; may be repeated.
bool put(redis::Client& redis, const proto::State& state, std::int64_t position);
/// The same with a state's text.
bool put(
    redis::Client& redis, const std::string& world, TimePoint tick, const std::string& state, std::int64_t position);

/// The states in Redis (proto::kWorldsKey, proto::state_key).
class RedisStates final : public StateSource {
public:
    /// `redis` must outlive it.
    explicit RedisStates(redis::Client& redis) : redis_(redis) {}

    [[nodiscard]] const char* name() const override { return "redis"; }
    [[nodiscard]] std::vector<ListedWorld> worlds() override;
    [[nodiscard]] std::optional<StoredState> newer(const std::string& world, std::optional<TimePoint> than) override;

private:
    redis::Client& redis_;
};

}  // namespace watchtower::world_state
