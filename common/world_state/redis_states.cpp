#include "common/world_state/redis_states.hpp"

#include <charconv>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"

namespace watchtower::world_state {

namespace {

const redis::CallOptions kRepeatable{.repeatable = true};

/// Keys: the world's hash, the set of worlds. Arguments: name of the tick's field, tick, name of the state's field,
/// state, position, world. An equal tick is the same state, put by a call whose answer was lost.
const redis::Script kPutIfNewer{R"(
local held = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '')
local tick = tonumber(ARGV[2])
if held and held > tick then
    return 0
end
if held ~= tick then
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
    redis.call('ZADD', KEYS[2], ARGV[5], ARGV[6])
end
return 1
)"};

std::int64_t parse_integer(const std::string& text, const std::string& what) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw BadInput("redis: " + what + ": no integer: '" + text.substr(0, 40) + "'");
    }
    return value;
}

TimePoint parse_tick(const std::string& text, const std::string& world) {
    return TimePoint(Milliseconds(parse_integer(text, "tick of world " + world)));
}

}  // namespace

bool put(redis::Client& redis, const proto::State& state, std::int64_t position) {
    return put(redis, state.world, state.tick, encode(state), position);
}

bool put(
    redis::Client& redis, const std::string& world, TimePoint tick, const std::string& state, std::int64_t position) {
    return redis
               .script(kPutIfNewer,
                       {proto::state_key(world), proto::kWorldsKey},
                       {proto::kStateTickField,
                        std::to_string(tick.time_since_epoch().count()),
                        proto::kStateField,
                        state,
                        std::to_string(position),
                        world},
                       kRepeatable)
               .integer() == 1;
}

std::vector<ListedWorld> RedisStates::worlds() {
    const auto reply = redis_.command({"ZRANGE", proto::kWorldsKey, "0", "-1", "WITHSCORES"}, kRepeatable);
    std::vector<ListedWorld> listed;
    for (std::size_t i = 0; i + 1 < reply.array().size(); i += 2) {
        const std::string& name = reply.at(i).text();
        listed.push_back({name, parse_integer(reply.at(i + 1).text(), "position of world " + name)});
    }
    return listed;
}

std::optional<StoredState> RedisStates::newer(const std::string& world, std::optional<TimePoint> than) {
    const std::string key = proto::state_key(world);
    const auto tick = redis_.command({"HGET", key, proto::kStateTickField}, kRepeatable).optional_text();
    if (!tick || (than && parse_tick(*tick, world) <= *than)) {
        return std::nullopt;
    }
    // Both fields again, as a newer state may have come in between.
    const auto fields = redis_.command({"HMGET", key, proto::kStateTickField, proto::kStateField}, kRepeatable);
    if (fields.at(0).is_nil() || fields.at(1).is_nil()) {
        return std::nullopt;
    }
    return StoredState{parse_tick(fields.at(0).text(), world), fields.at(1).text()};
}

}  // namespace watchtower::world_state
