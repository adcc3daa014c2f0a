#include "services/publisher/alert_publisher.hpp"

#include <utility>

#include "common/base/log.hpp"
#include "common/world_state/alerts.hpp"
#include "proto-json/names.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kReadTimeout{2'000};

TimePoint time_of(const proto::Alert& alert) {
    return alert.resolved_at.value_or(alert.opened_at);
}

}  // namespace

AlertPublisher::AlertPublisher(
    Delivery& delivery, redis::Client& redis, postgres::Client& postgres, std::string prefix, Milliseconds memory)
    : delivery_(delivery),
      redis_(redis),
      postgres_(postgres),
      prefix_(std::move(prefix)),
      memory_(memory) {}

void AlertPublisher::serve(const world_state::World& world, TimePoint now) {
    const std::uint64_t newest = world.state->alert_number;
    if (newest == 0) {
        return;
    }
    auto found = courses_.find(world.name);
    if (found == courses_.end()) {
        found = courses_.emplace(world.name, read(world.name)).first;
    }
    Course& course = found->second;
    // The log may still lack what waits for PostgreSQL.
    for (bool more = course.number < newest; more;) {
        const auto entries = world_state::alerts_after(postgres_, world.name, course.number, kReadTimeout);
        for (const proto::NumberedAlert& entry : entries) {
            if (course.known || time_of(entry.alert) >= now - memory_) {
                delivery_.send(make_alert_publication(entry, prefix_));
            }
            course.number = entry.number;
        }
        if (!entries.empty()) {
            keep(world.name, course.number);
        }
        more = entries.size() == world_state::kMostLoggedAlerts;
    }
    course.known = true;
}

AlertPublisher::Course AlertPublisher::read(const std::string& world) {
    try {
        if (const auto number =
                redis_.command({"HGET", proto::kPublishedAlertsKey, world}, {.repeatable = true}).optional_text()) {
            return {std::stoull(*number), true};
        }
    } catch (const std::exception& e) {
        log::debug("published_alerts_not_read", {{"world", world}, {"error", e.what()}});
    }
    return {0, false};
}

void AlertPublisher::keep(const std::string& world, std::uint64_t number) {
    try {
        redis_.command({"HSET", proto::kPublishedAlertsKey, world, std::to_string(number)}, {.repeatable = true});
    } catch (const std::exception& e) {
        log::debug("published_alerts_not_kept", {{"world", world}, {"error", e.what()}});
    }
}

}  // namespace watchtower::publisher
