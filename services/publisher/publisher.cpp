#include "services/publisher/publisher.hpp"

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "services/publisher/publication.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kPublishTimeout{2'000};

}  // namespace

Publisher::Publisher(nats::Client& nats,
                     const Clock& clock,
                     prometheus::Registry& registry,
                     const Schedule& schedule,
                     std::string prefix)
    : nats_(nats),
      clock_(clock),
      schedule_(schedule),
      prefix_(std::move(prefix)),
      metrics_(registry) {}

Publisher::~Publisher() = default;

void Publisher::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Publisher::show(const std::shared_ptr<const world_state::Worlds>& worlds) {
    {
        const std::lock_guard lock(mutex_);
        worlds_ = worlds;
        changed_worlds_ = true;
    }
    changed_.notify_one();
}

std::shared_ptr<const world_state::Worlds> Publisher::worlds() const {
    const std::lock_guard lock(mutex_);
    return worlds_;
}

void Publisher::run(const std::stop_token& stop) {
    TimePoint publication = schedule_.next_after(clock_.now());
    for (;;) {
        for (TimePoint now = clock_.now(); now < publication; now = clock_.now()) {
            if (publication - now > 2 * schedule_.interval) {
                publication = schedule_.next_after(now);  // the clock was set back
            }
            if (!wait_until(stop, publication)) {
                return;
            }
        }
        publish_round(stop, publication);
        const TimePoint next = schedule_.following(publication, clock_.now());
        if (const auto missed = (next - publication) / schedule_.interval - 1; missed > 0) {
            log::warn("publication_times_missed", {{"count", missed}, {"after", to_rfc3339(publication)}});
            metrics_.missed(missed);
        }
        publication = next;
    }
}

void Publisher::publish_round(const std::stop_token& stop, TimePoint publication) {
    Round round(publication, schedule_.deadline(publication));
    do {
        const auto now_shown = worlds();
        const TimePoint now = clock_.now();
        publish_due(round, round.take(*now_shown, now));
        if (round.is_over(*now_shown, now)) {
            return;
        }
    } while (wait_until(stop, round.deadline()));
}

void Publisher::publish_due(const Round& round, const std::vector<Due>& due) {
    bool away = false;  // one timeout is enough: the others of this moment are not tried
    for (const Due& world : due) {
        try {
            if (away) {
                metrics_.failed(world.world.name);
                continue;
            }
            publish_world(round, world);
        } catch (const std::exception& e) {
            away = dynamic_cast<const Unavailable*>(&e) != nullptr;
            metrics_.failed(world.world.name);
            if (failing_.insert(world.world.name).second) {
                log::warn("not_published", {{"world", world.world.name}, {"error", e.what()}});
            }
        }
    }
}

void Publisher::publish_world(const Round& round, const Due& due) {
    const std::string& world = due.world.name;
    note_lateness(world, due.late);
    const Publication message = make_publication(due, round.publication(), prefix_, nats_.max_payload());
    nats_.publish_flushed(message.subject, message.body, message.headers, kPublishTimeout);
    metrics_.published(world, round.publication());
    if (failing_.erase(world) > 0) {
        log::info("published_again", {{"world", world}});
    }
}

void Publisher::note_lateness(const std::string& world, bool late) {
    if (late) {
        metrics_.late(world);
        if (late_.insert(world).second) {
            log::warn("state_not_in_time", {{"world", world}});
        }
    } else if (late_.erase(world) > 0) {
        log::info("state_in_time_again", {{"world", world}});
    }
}

bool Publisher::wait_until(const std::stop_token& stop, TimePoint moment) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, moment - clock_.now(), [this] { return changed_worlds_; });
    changed_worlds_ = false;
    return !stop.stop_requested();
}

}  // namespace watchtower::publisher
