#include "services/collector/tasks/claims.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include "common/base/error.hpp"
#include "proto-json/names.hpp"
#include "services/collector/tasks/scripts.hpp"

namespace watchtower::collector {

namespace {

// Each script may be repeated: what it did the first time is what it finds the second time. Only an attempt that was
// given back, put off or failed is told as lost then, though the task is where it was to go.
const redis::CallOptions kRepeatable{.repeatable = true};

std::int64_t parse_number(std::string_view text) {
    std::int64_t value = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string to_text(Milliseconds duration) {
    return std::to_string(duration.count());
}

/// Redis tells it in several ways, by where the group was missed.
bool misses_group(const redis::Reply& reply) {
    return reply.error_text().find("NOGROUP") != std::string_view::npos;
}

void make_group(redis::Client& redis) {
    const redis::Reply reply =
        redis.command({"XGROUP", "CREATE", proto::kTasksKey, proto::kTasksGroup, "0", "MKSTREAM"},
                      {.repeatable = true, .keep_errors = true});
    if (reply.is_error() && !reply.is_error("BUSYGROUP")) {
        throw Unavailable("redis: tasks: making the group: " + std::string(reply.error_text()));
    }
}

}  // namespace

TaskClaims::TaskClaims(Options options)
    : options_(std::move(options)),
      claim_(to_text(options_.claim)),
      lifetime_(to_text(options_.lifetime)),
      most_attempts_(std::to_string(options_.most_attempts)),
      most_dead_letters_(std::to_string(options_.most_dead_letters)),
      runner_(options_.consumer + "#" + std::to_string(std::random_device{}()) +
              std::to_string(std::random_device{}())),
      contact_(options_.claim / 2, options_.settling) {
    if (options_.consumer.empty() || options_.consumer == scripts::kNobody) {
        throw BadInput("tasks: consumer: '" + options_.consumer + "' is no collector's id");
    }
}

redis::Reply TaskClaims::run(redis::Client& redis, const redis::Script& script, const Words& more) const {
    const std::vector<std::string_view> keys = {proto::kTasksKey, proto::kDeadTasksKey};
    Words arguments = {proto::kTasksGroup,
                       options_.consumer,
                       proto::kTaskKeyPrefix,
                       claim_,
                       lifetime_,
                       most_attempts_,
                       most_dead_letters_,
                       runner_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    redis::Reply reply = redis.script(script, keys, arguments, {.repeatable = true, .keep_errors = true});
    if (misses_group(reply)) {
        make_group(redis);
        return redis.script(script, keys, arguments, kRepeatable);
    }
    if (reply.is_error()) {
        const std::string text = "redis: tasks: " + std::string(reply.error_text());
        if (redis::is_temporary(reply.error_text())) {
            throw Unavailable(text);
        }
        throw Error(text);
    }
    return reply;
}

TaskClaims::Taken TaskClaims::take(redis::Client& redis, const std::vector<std::string>& running) {
    const std::string heard = to_text(contact_.last());
    const std::string longest_gap = to_text(contact_.longest_gap());
    Words more = {new_first_ ? "new" : "", contact_.is_settled() ? "all" : "", heard, longest_gap};
    new_first_ = !new_first_;
    more.insert(more.end(), running.begin(), running.end());
    const redis::Reply reply = run(redis, scripts::kTake, more);
    Taken taken;
    const auto& given_up = reply.at(0).array();
    for (std::size_t i = 0; i + 1 < given_up.size(); i += 2) {
        taken.given_up.emplace_back(given_up[i].text(), given_up[i + 1].text());
    }
    contact_.heard(Milliseconds(reply.at(1).integer()));
    if (reply.array().size() > 2) {
        std::size_t i = 2;
        ClaimedTask& task = taken.task.emplace();
        for (std::string* field : {&task.entry, &task.id, &task.kind, &task.world, &task.arguments}) {
            *field = reply.at(i++).text();
        }
        task.requested_at = TimePoint(Milliseconds(parse_number(reply.at(i).text())));
        task.attempt = static_cast<int>(reply.at(i + 1).integer());
    }
    return taken;
}

void TaskClaims::wait_for_new(redis::Client& redis, Milliseconds longest) const {
    const redis::Reply reply = redis.command({"XREADGROUP",
                                              "GROUP",
                                              proto::kTasksGroup,
                                              options_.consumer,
                                              "COUNT",
                                              "1",
                                              "BLOCK",
                                              to_text(longest),
                                              "STREAMS",
                                              proto::kTasksKey,
                                              ">"},
                                             {.extra_timeout = longest, .keep_errors = true});
    if (reply.is_error()) {
        throw Unavailable("redis: tasks: waiting: " + std::string(reply.error_text()));
    }
}

std::vector<std::string> TaskClaims::renew(redis::Client& redis, const std::vector<std::string>& running) const {
    std::vector<std::string> lost;
    for (const redis::Reply& entry : run(redis, scripts::kRenew, {running.begin(), running.end()}).array()) {
        lost.push_back(entry.text());
    }
    return lost;
}

bool TaskClaims::finish(redis::Client& redis, const ClaimedTask& task, std::optional<TimePoint> tick) const {
    const std::string tick_text = tick ? to_text(tick->time_since_epoch()) : "";
    return run(redis, scripts::kFinish, {task.entry, task.id, task.kind, task.world, tick_text}).integer() == 1;
}

TaskClaims::Ending TaskClaims::move(redis::Client& redis, const redis::Script& script, const Words& more) const {
    const std::string answer = run(redis, script, more).text();
    return answer == "again" ? Ending::again : answer == "dead" ? Ending::dead : Ending::lost;
}

TaskClaims::Ending TaskClaims::fail(redis::Client& redis,
                                    const ClaimedTask& task,
                                    std::string_view error,
                                    std::string_view detail,
                                    Milliseconds wait) const {
    return move(redis, scripts::kFail, {task.entry, task.id, error, detail, to_text(wait)});
}

TaskClaims::Ending TaskClaims::give_back(redis::Client& redis, const ClaimedTask& task, Milliseconds wait) const {
    return move(redis, scripts::kGiveBack, {task.entry, task.id, scripts::kNobody, to_text(wait), "", ""});
}

TaskClaims::Ending TaskClaims::put_off(redis::Client& redis,
                                       const ClaimedTask& task,
                                       Milliseconds wait,
                                       Milliseconds patience,
                                       std::string_view error) const {
    return move(
        redis, scripts::kGiveBack, {task.entry, task.id, scripts::kNobody, to_text(wait), to_text(patience), error});
}

TaskClaims::Ending TaskClaims::hand_over(redis::Client& redis,
                                         const ClaimedTask& task,
                                         std::string_view consumer) const {
    return move(redis, scripts::kGiveBack, {task.entry, task.id, consumer, claim_, "", ""});
}

TaskClaims::Backlog TaskClaims::backlog(redis::Client& redis) {
    const std::string stream(proto::kTasksKey);
    const std::vector<redis::Command> questions = {{"XLEN", stream},
                                                   {"XLEN", std::string(proto::kDeadTasksKey)},
                                                   {"XRANGE", stream, "-", "+", "COUNT", "1"},
                                                   {"TIME"}};
    const auto replies = redis.pipeline(questions, kRepeatable);
    Backlog backlog{.queued = replies[0].integer(), .dead_letters = replies[1].integer()};
    constexpr std::int64_t kSecond = 1000;
    const auto now = parse_number(replies[3].at(0).text()) * kSecond + parse_number(replies[3].at(1).text()) / kSecond;
    contact_.heard(Milliseconds(now));
    if (!replies[2].array().empty()) {
        // An entry's name begins with the server's time in milliseconds.
        backlog.oldest = Milliseconds(std::max<std::int64_t>(0, now - parse_number(replies[2].at(0).at(0).text())));
    }
    return backlog;
}

void TaskClaims::leave(redis::Client& redis) const {
    (void)run(redis, scripts::kLeave, {});
}

void TaskClaims::forget_consumers(redis::Client& redis) const {
    (void)run(redis, scripts::kForgetConsumers, {});
}

}  // namespace watchtower::collector
