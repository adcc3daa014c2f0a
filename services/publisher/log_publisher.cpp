#include "services/publisher/log_publisher.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"

namespace watchtower::publisher {

LogPublisher::LogPublisher(Delivery& delivery, redis::Client& redis, WorldLog log, Milliseconds memory)
    : delivery_(delivery),
      redis_(redis),
      log_(std::move(log)),
      memory_(memory) {}

bool LogPublisher::may_have_more(const Course& course, const proto::State& state) const {
    return log_.newest ? course.number < log_.newest(state) : course.looked_at != state.tick;
}

void LogPublisher::serve(const world_state::World& world, bool is_first, TimePoint now) {
    if (log_.newest && log_.newest(*world.state) == 0) {
        return;
    }
    auto found = courses_.find(world.name);
    if (found == courses_.end()) {
        found = courses_.emplace(world.name, read(world.name)).first;
    }
    Course& course = found->second;
    if (!may_have_more(course, *world.state)) {
        return;
    }
    // The log may still lack what waits for PostgreSQL.
    for (auto entries = log_.after(world, is_first, course.number); !entries.empty();
         entries = log_.after(world, is_first, course.number)) {
        for (const LogEntry& entry : entries) {
            if (course.known || entry.at >= now - memory_) {
                send(entry);
            }
            course.number = entry.number;
        }
        keep(world.name, course.number);
    }
    course.known = true;
    course.looked_at = world.state->tick;
}

void LogPublisher::send(const LogEntry& entry) {
    try {
        delivery_.send(entry.message);
    } catch (const Unavailable&) {
        throw;
    } catch (const Error& e) {  // the entries behind it are no worse for it
        log::error("entry_not_published",
                   {{"subject", entry.message.subject}, {"number", entry.number}, {"error", e.what()}});
    }
}

LogPublisher::Course LogPublisher::read(const std::string& world) {
    try {
        if (const auto number =
                redis_.command({"HGET", log_.published_key, world}, {.repeatable = true}).optional_text()) {
            return {std::stoull(*number), true, {}};
        }
    } catch (const std::exception& e) {
        log::debug("published_number_not_read", {{"world", world}, {"error", e.what()}});
    }
    return {0, false, {}};
}

void LogPublisher::keep(const std::string& world, std::uint64_t number) {
    try {
        redis_.command({"HSET", log_.published_key, world, std::to_string(number)}, {.repeatable = true});
    } catch (const std::exception& e) {
        log::debug("published_number_not_kept", {{"world", world}, {"error", e.what()}});
    }
}

}  // namespace watchtower::publisher
