#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <unistd.h>

#include "common/base/error.hpp"
#include "common/base/option_text.hpp"
#include "proto-json/names.hpp"
#include "services/collector/doctor/checks.hpp"
#include "services/collector/doctor/clock.hpp"

namespace watchtower::collector::doctor {

namespace {

constexpr auto kUrlAdvice = "check REDIS_URL, the server, its users and the network between";
constexpr std::uint64_t kFullPercent = 80;
constexpr std::uint64_t kMebibyte = 1ULL << 20U;

/// The lines of INFO: "redis_version" → "7.0.15".
using Info = std::map<std::string, std::string, std::less<>>;

Info info_of(redis::Client& redis, std::string_view section) {
    Info info;
    const std::string text = redis.command({"INFO", section}).text();
    std::string_view left = text;
    while (!left.empty()) {
        const auto end = left.find("\r\n");
        const std::string_view line = left.substr(0, end);
        if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            info.emplace(line.substr(0, colon), line.substr(colon + 1));
        }
        left.remove_prefix(end == std::string_view::npos ? left.size() : end + 2);
    }
    return info;
}

std::string field(const Info& info, std::string_view name) {
    const auto found = info.find(name);
    return found == info.end() ? std::string() : found->second;
}

std::uint64_t number(const Info& info, std::string_view name) {
    return parse_whole<std::uint64_t>(field(info, name)).value_or(0);
}

Outcome reach(redis::Client& redis) {
    const Info server = info_of(redis, "server");
    const std::string what = redis.address().to_string() + " is Redis " + field(server, "redis_version");
    if (field(server, "redis_mode") == "cluster") {
        return failed(what + " in cluster mode", "use one primary, with replicas to fail over to");
    }
    if (field(info_of(redis, "replication"), "role") != "master") {
        return failed(what + ", a replica, which only reads", "let REDIS_URL name the primary");
    }
    return fine(what);
}

/// A key of our own, which may be all that the user may write.
Outcome write(redis::Client& redis) {
    const std::string key = "watchtower:doctor:" + std::to_string(getpid());
    (void)redis.command({"SET", key, "1", "PX", "10000"});
    (void)redis.command({"DEL", key});
    return fine("keys can be set");
}

TimePoint time_of(redis::Client& redis) {
    const auto reply = redis.command({"TIME"});
    const auto part = [&reply](std::size_t index) {
        return parse_whole<std::int64_t>(reply.at(index).text()).value_or(0);
    };
    return TimePoint(std::chrono::seconds(part(0)) + Milliseconds(part(1) / 1000));
}

/// Nothing where the server or its administrator does not tell (managed ones, users with few rights).
std::optional<std::string> setting(redis::Client& redis, std::string_view name) {
    const auto reply = redis.command({"CONFIG", "GET", name}, {.keep_errors = true});
    return reply.is_error() || reply.array().size() < 2 ? std::nullopt : reply.at(1).optional_text();
}

Outcome persistence(redis::Client& redis) {
    const Info info = info_of(redis, "persistence");
    for (const char* const name : {"aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"}) {
        if (const auto status = field(info, name); !status.empty() && status != "ok") {
            return failed(std::string(name) + " is " + status,
                          "Redis cannot write its files: its log and its disk tell why");
        }
    }
    constexpr auto kAdvice =
        "appendonly yes, appendfsync always: ticks that wait for PostgreSQL, and tasks, are in Redis alone";
    if (field(info, "aof_enabled") != "1") {
        return warning("no append-only file: a restart forgets everything", kAdvice);
    }
    const auto sync = setting(redis, "appendfsync");
    if (sync && *sync != "always") {
        return warning("an append-only file, with appendfsync " + *sync, kAdvice);
    }
    return fine(sync ? "an append-only file, on disk before each answer"
                     : "an append-only file; appendfsync is not for this user to know");
}

Outcome memory(redis::Client& redis, std::uint64_t outbox_bytes) {
    const Info info = info_of(redis, "memory");
    const std::uint64_t most = number(info, "maxmemory");
    const std::uint64_t used = number(info, "used_memory");
    const std::string policy = field(info, "maxmemory_policy");
    const std::string what = std::to_string(used / kMebibyte) + " MiB in use, maxmemory " +
                             (most == 0 ? "none" : std::to_string(most / kMebibyte) + " MiB") + ", policy " + policy;
    if (policy != "noeviction" && most > 0) {
        return failed(what, "maxmemory-policy noeviction: else Redis throws away tasks and waiting ticks in silence");
    }
    if (policy != "noeviction") {
        return warning(what, "maxmemory-policy noeviction, before somebody sets maxmemory");
    }
    if (most > 0 && used * 100 > most * kFullPercent) {
        return warning(what, "raise maxmemory; a full Redis refuses tasks and waiting ticks");
    }
    if (most > 0 && most < 2 * outbox_bytes) {
        return warning(what,
                       "an outage of PostgreSQL may need twice OUTBOX_MAX_BYTES: " +
                           std::to_string(2 * outbox_bytes / kMebibyte) + " MiB");
    }
    return fine(what);
}

Outcome owner(redis::Client& redis, const std::string& world) {
    const auto id = redis.command({"GET", proto::owner_key(world)}).optional_text();
    return id ? fine("collector " + *id + " collects it")
              : warning("no collector holds its lease",
                        "start a collector that has this world; it takes a lease within seconds");
}

Outcome outbox(redis::Client& redis, const std::string& world) {
    const auto waiting = redis.command({"HLEN", proto::outbox_key(world)}).integer();
    return waiting == 0 ? fine("no tick waits for PostgreSQL")
                        : warning(std::to_string(waiting) + " ticks wait for PostgreSQL",
                                  "see postgres; a collector stores them once it can");
}

}  // namespace

std::vector<Check> redis_checks(redis::Client& redis, const Options& options) {
    std::vector<Check> checks = {
        {"redis", [&] { return reach(redis); }, kUrlAdvice},
        {"redis writing", [&] { return write(redis); }, "what Redis says stands there: full, or a user without rights"},
        {"redis clock", [&] { return compare_clock("Redis'", [&] { return time_of(redis); }); }, kUrlAdvice},
        {"redis persistence", [&] { return persistence(redis); }, kUrlAdvice},
        {"redis memory", [&] { return memory(redis, options.outbox_max_bytes); }, kUrlAdvice}};
    for (const World& world : options.worlds) {
        checks.push_back({"owner of " + world.name, [&] { return owner(redis, world.name); }, kUrlAdvice});
        checks.push_back({"outbox of " + world.name, [&] { return outbox(redis, world.name); }, kUrlAdvice});
    }
    return checks;
}

}  // namespace watchtower::collector::doctor
