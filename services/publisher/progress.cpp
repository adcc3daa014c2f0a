#include "services/publisher/progress.hpp"

#include <algorithm>

#include "common/base/log.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

std::optional<TimePoint> Progress::read(const std::string& world, const std::string& subject) {
    if (const auto stored = delivery_.last_stored(subject)) {
        if (const auto publication = publication_of(*stored)) {
            return publication;
        }
    }
    return std::max(read_redis(world), sightings_.newest(subject));
}

std::optional<TimePoint> Progress::read_redis(const std::string& world) {
    try {
        const redis::Reply reply = redis_.command({"HGET", proto::kPublishedKey, world}, {.repeatable = true});
        if (!reply.is_nil()) {
            return TimePoint(Milliseconds(std::stoll(reply.text())));
        }
    } catch (const std::exception& e) {
        log::debug("progress_not_read", {{"world", world}, {"error", e.what()}});
    }
    return std::nullopt;
}

void Progress::keep(const std::string& world, TimePoint publication) {
    try {
        redis_.command({"HSET", proto::kPublishedKey, world, std::to_string(publication.time_since_epoch().count())},
                       {.repeatable = true});
    } catch (const std::exception& e) {
        log::debug("progress_not_kept", {{"world", world}, {"error", e.what()}});
    }
}

}  // namespace watchtower::publisher
