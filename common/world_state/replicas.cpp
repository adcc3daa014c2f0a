#include "common/world_state/replicas.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <tuple>

#include <unistd.h>

#include "common/base/configuration.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "proto-json/names.hpp"

namespace watchtower::world_state {

namespace {

const redis::CallOptions kRepeatable{.repeatable = true};
constexpr std::chrono::milliseconds kTimeout{1'000};

/// Keys: the replica's, the set of all. Arguments: its text, its lifetime in milliseconds, its name in the set, where
/// the score is when it ends by Redis's clock.
const redis::Script kBeat{R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
)"};

const redis::Script kTakeBack{R"(
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
)"};

/// Keys: the set of all. Answers with the texts of those that live.
const redis::Script kLiving{R"(
local texts = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, 999)) do
    local text = redis.call('GET', ARGV[1] .. name)
    if text then
        texts[#texts + 1] = text
    end
end
return texts
)"};

}  // namespace

std::string new_replica_id() {
    std::array<char, 65> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) {
        host = {"host"};
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::random_device random;
    std::string id = std::string(host.data()) + "-" + std::to_string(::getpid()) + "-";
    for (int i = 0; i < 8; ++i) {
        id += kDigits[random() % kDigits.size()];
    }
    return id;
}

std::vector<proto::Replica> living_replicas(redis::Client& redis) {
    std::vector<proto::Replica> replicas;
    const auto reply = redis.script(kLiving, {proto::kReplicasKey}, {proto::replica_key("")}, kRepeatable);
    for (const redis::Reply& text : reply.array()) {
        try {
            replicas.push_back(proto::decode_replica(text.text()));
        } catch (const BadInput& error) {
            log::warn("malformed_replica", {{"error", error.what()}});
        }
    }
    std::sort(replicas.begin(), replicas.end(), [](const proto::Replica& a, const proto::Replica& b) {
        return std::tie(a.service, a.started, a.id) < std::tie(b.service, b.started, b.id);
    });
    return replicas;
}

Heartbeat::Heartbeat(Options options, std::function<proto::Replica()> replica)
    : options_(std::move(options)),
      replica_(std::move(replica)),
      redis_({.url = options_.redis_url, .connect_timeout = kTimeout, .timeout = kTimeout}),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Heartbeat::run(const std::stop_token& stop) {
    do {
        try {
            beat(replica_());
        } catch (const Error&) {  // the process's other clients of Redis tell of it
        }
    } while (wait_for(stop, options_.interval));
    take_back();
}

void Heartbeat::beat(const proto::Replica& replica) {
    member_ = replica.service + ":" + replica.id;
    redis_.script(kBeat,
                  {proto::replica_key(member_), proto::kReplicasKey},
                  {encode(replica), std::to_string(options_.lifetime.count()), member_},
                  kRepeatable);
}

void Heartbeat::take_back() {
    try {
        redis_.script(kTakeBack, {proto::replica_key(member_), proto::kReplicasKey}, {member_}, kRepeatable);
    } catch (const Error&) {  // it expires
    }
}

std::function<proto::Replica()> plain_replica(std::string service, std::function<bool()> ready) {
    return [replica = proto::Replica{std::move(service), new_replica_id(), version(), SystemClock().now(), false, {}},
            is_ready = std::move(ready)]() mutable {
        replica.ready = is_ready();
        return replica;
    };
}

}  // namespace watchtower::world_state
