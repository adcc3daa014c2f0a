#include "services/collector/erasure/redis_state.hpp"

#include "common/base/error.hpp"
#include "proto-json/names.hpp"

namespace watchtower::collector {

namespace {

constexpr int kAttempts = 10;
const redis::CallOptions kRepeatable{.repeatable = true};

/// Keys: the world's hash. Arguments: names of the tick's and the state's field, the tick and the state that must stand
/// there, the new ones.
const redis::Script kReplace{R"(
local held = redis.call('HMGET', KEYS[1], ARGV[1], ARGV[2])
if held[1] == ARGV[5] and held[2] == ARGV[6] then
    return 1
end
if held[1] ~= ARGV[3] or held[2] ~= ARGV[4] then
    return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5], ARGV[2], ARGV[6])
return 1
)"};

std::string tick_text(const proto::State& state) {
    return std::to_string(state.tick.time_since_epoch().count());
}

}  // namespace

bool hide_in_redis(redis::Client& redis,
                   const std::string& world,
                   const IsHidden& is_hidden,
                   const std::optional<std::string>& stored) {
    const std::string key = proto::state_key(world);
    bool found = false;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto held = redis.command({"HMGET", key, proto::kStateTickField, proto::kStateField}, kRepeatable);
        if (held.at(0).is_nil() || held.at(1).is_nil()) {
            return found;
        }
        const std::string& text = held.at(1).text();
        proto::State state = proto::decode_state(text);
        const bool listed = remove_players(state, is_hidden);
        found = found || listed;
        std::string next = listed ? encode(state) : text;
        if (stored) {
            if (const proto::State newest = proto::decode_state(*stored); newest.tick >= state.tick) {
                next = *stored;
                state.tick = newest.tick;
            }
        }
        const std::string& tick = held.at(0).text();
        if (next == text ||
            redis.script(kReplace,
                         {key},
                         {proto::kStateTickField, proto::kStateField, tick, text, tick_text(state), next},
                         kRepeatable)
                    .integer() == 1) {
            return found;
        }
    }
    throw Unavailable("redis: state of world " + world + ": changes too fast");
}

}  // namespace watchtower::collector
