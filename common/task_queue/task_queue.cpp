#include "common/task_queue/task_queue.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <vector>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"

namespace watchtower::tasks {

namespace {

constexpr std::size_t kIdDigits = 32;

/// Repeatable by the id, which is new for each task and the same in each attempt to queue it.
const redis::CallOptions kRepeatable{.repeatable = true};

/// Keys: the stream, the task's hash, the key of what is queued once or none. Arguments: most queued, id, kind, world,
/// arguments, requested at, lifetime of the hash and of the once key in milliseconds.
const redis::Script kAdd{R"(
local stream, hash, once = KEYS[1], KEYS[2], KEYS[3]
local first = once and redis.call('GET', once)
if first and first ~= ARGV[2] then
    return 'known'
end
if redis.call('EXISTS', hash) == 1 then
    return 'added'
end
if redis.call('XLEN', stream) >= tonumber(ARGV[1]) then
    return 'full'
end
if once then
    redis.call('SET', once, ARGV[2], 'NX', 'PX', ARGV[8])
end
redis.call('XADD', stream, '*', 'id', ARGV[2], 'kind', ARGV[3], 'world', ARGV[4], 'arguments', ARGV[5],
           'requested_at', ARGV[6])
redis.call('HSET', hash, 'kind', ARGV[3], 'world', ARGV[4], 'arguments', ARGV[5], 'requested_at', ARGV[6],
           'state', 'queued', 'attempts', 0)
redis.call('PEXPIRE', hash, ARGV[7])
return 'added'
)"};

std::string make_id() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kDigitsOfDraw = 8;
    std::random_device random;
    std::string id;
    while (id.size() < kIdDigits) {
        auto bits = random();
        for (std::size_t i = 0; i < kDigitsOfDraw; ++i, bits >>= 4U) {
            id += kDigits[bits & 0xFU];
        }
    }
    return id;
}

std::string to_milliseconds(TimePoint time) {
    return std::to_string(time.time_since_epoch().count());
}

TimePoint parse_milliseconds(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw Error("tasks: tick: no milliseconds: '" + text.substr(0, kIdDigits) + "'");
    }
    return TimePoint(Milliseconds(value));
}

/// What is not in the store as it should be is no fault of whoever asks.
proto::TaskState parse_state(const std::string& text) {
    try {
        return proto::parse_task_state(text);
    } catch (const BadInput& error) {
        throw Error(std::string("tasks: ") + error.what());
    }
}

}  // namespace

std::string TaskQueue::enqueue(const NewTask& task) {
    return add(task, {}, Milliseconds(0)).value();
}

std::optional<std::string> TaskQueue::enqueue_once(std::string_view key, Milliseconds period, const NewTask& task) {
    return add(task, key, period);
}

std::optional<std::string> TaskQueue::add(const NewTask& task, std::string_view once_key, Milliseconds period) {
    if (task.arguments.size() > kMostArgumentBytes) {
        throw BadInput("task.arguments: longer than " + std::to_string(kMostArgumentBytes) + " bytes");
    }
    const std::string id = make_id();
    const std::string hash = proto::task_key(id);
    const std::string once = once_key.empty() ? std::string() : proto::task_once_key(once_key);
    std::vector<std::string_view> keys = {proto::kTasksKey, hash};
    if (!once.empty()) {
        keys.push_back(once);
    }
    const std::string most = std::to_string(options_.most_queued);
    const std::string requested_at = to_milliseconds(task.requested_at);
    const std::string lifetime = std::to_string(options_.lifetime.count());
    const std::string once_lifetime = std::to_string(std::max(period, Milliseconds(1)).count());
    const std::vector<std::string_view> arguments = {
        most, id, task.kind, task.world, task.arguments, requested_at, lifetime, once_lifetime};
    const std::string answer = redis_.script(kAdd, keys, arguments, kRepeatable).text();
    if (answer == "full") {
        throw Unavailable("tasks: " + task.kind + ": " + most + " tasks are queued already");
    }
    return answer == "known" ? std::nullopt : std::optional(id);
}

std::optional<proto::Task> TaskQueue::find(std::string_view id) {
    if (!is_task_id(id)) {
        return std::nullopt;
    }
    const auto fields = redis_.command({"HMGET", proto::task_key(id), "kind", "state", "tick", "error"}, kRepeatable);
    const auto kind = fields.at(0).optional_text();
    const auto state = fields.at(1).optional_text();
    if (!kind || !state) {
        return std::nullopt;
    }
    proto::Task task{std::string(id), *kind, parse_state(*state), {}, {}};
    const auto tick = fields.at(2).optional_text();
    if (tick && task.state == proto::TaskState::done) {
        task.tick = parse_milliseconds(*tick);
    }
    if (task.state == proto::TaskState::failed) {
        task.error = fields.at(3).optional_text();
    }
    return task;
}

bool is_task_id(std::string_view text) {
    return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace watchtower::tasks
