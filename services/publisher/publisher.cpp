#include "services/publisher/publisher.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/world_state/kept_states.hpp"
#include "proto-json/names.hpp"
#include "services/publisher/world_logs.hpp"

namespace watchtower::publisher {

namespace {

constexpr Milliseconds kFirstRetry{50};
constexpr Milliseconds kLastRetry{1'000};
constexpr Milliseconds kReadTimeout{2'000};
constexpr Milliseconds kGrace{1'000};      // alone: what another one is given to publish
constexpr Milliseconds kLongGrace{4'000};  // the same by one that did not publish last
constexpr Milliseconds kLeastLook{10};

/// Of a list that lacks the default world, none is.
bool is_first(const world_state::World& world, const world_state::Worlds& worlds) {
    return world.position == 0 && &world == worlds.first();
}

Milliseconds draw_up_to(Milliseconds most) {
    std::random_device random;
    return Milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
}

}  // namespace

Publisher::Publisher(const Options& options, const Clients& clients, const Clock& clock, prometheus::Registry& registry)
    : clock_(clock),
      schedule_(options.schedule),
      prefix_(options.prefix),
      postgres_(clients.postgres),
      jitter_(draw_up_to(schedule_.patience / 4)),
      metrics_(registry),
      sightings_(clients.nats, prefix_),
      delivery_(
          clients.nats, options.stream, options.manage_stream, [this] { check_standing(); }, registry),
      progress_(clients.redis, delivery_, sightings_),
      alerts_(delivery_, clients.redis, log_of_alerts(postgres_, prefix_), options.stream.duplicate_window / 2),
      suspects_(delivery_, clients.redis, log_of_suspects(postgres_, delivery_), options.stream.duplicate_window / 2),
      averages_(delivery_, progress_, postgres_),
      backoff_(kFirstRetry, std::min(kLastRetry, std::max(schedule_.patience / 4, kFirstRetry))),
      lease_(clients.lease_redis, clients.nats, Lease::duration_for(schedule_.interval), [this] { wake(); }) {}

Publisher::~Publisher() = default;

void Publisher::start() {
    lease_.start();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Publisher::show(const std::shared_ptr<const world_state::Worlds>& worlds) {
    {
        const std::lock_guard lock(mutex_);
        worlds_ = worlds;
    }
    wake();
}

void Publisher::wake() {
    {
        const std::lock_guard lock(mutex_);
        told_to_look_ = true;
    }
    changed_.notify_one();
}

std::shared_ptr<const world_state::Worlds> Publisher::worlds() const {
    const std::lock_guard lock(mutex_);
    return worlds_;
}

bool Publisher::wait_until(const std::stop_token& stop, TimePoint moment) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, moment - clock_.now(), [this] { return told_to_look_; });
    told_to_look_ = false;
    return !stop.stop_requested();
}

void Publisher::run(const std::stop_token& stop) {
    do {
        const TimePoint now = clock_.now();
        if (retry_at_ && now < *retry_at_ && *retry_at_ - now <= kLastRetry) {
            continue;
        }
        retry_at_.reset();
        try {
            serve(stop, now);
            backoff_.reset();
        } catch (const std::exception& e) {
            // What was sent may have arrived: how far this got is read back.
            log::debug("publishing_failed", {{"error", e.what()}});
            doubt();
            prepared_.reset();
            retry_at_ = clock_.now() + backoff_.next();
        }
        note_backlog(now);
    } while (wait_until(stop, wake_time(clock_.now())));
}

void Publisher::serve(const std::stop_token& stop, TimePoint now) {
    const auto shown = worlds();
    const TimePoint current = schedule_.current(now);
    if (const Standing standing = lease_.standing(); std::exchange(standing_, standing) != standing) {
        doubt();
        metrics_.leads(standing == Standing::leader);
    }
    if (standing_ == Standing::follower) {
        incumbent_ = false;
        for (const world_state::World& world : shown->all) {
            Course& course = courses_[world.name];
            course.published = std::max(course.published, sightings_.newest(subject_of(world, *shown)));
        }
    } else {
        if (prepared_ != current) {
            delivery_.prepare();
            prepared_ = current;
        }
        postgres_away_ = false;
        for (const world_state::World& world : shown->all) {
            if (stop.stop_requested()) {
                return;
            }
            if (world.state) {
                serve_world(stop, world, subject_of(world, *shown), now);
                publish_more(world, is_first(world, *shown), now);
            }
        }
    }
}

void Publisher::note_backlog(TimePoint now) {
    for (const auto& [world, course] : courses_) {
        if (course.published) {
            metrics_.waits(world, schedule_.between(*course.published, schedule_.current(now)));
        }
    }
}

void Publisher::doubt() {
    for (auto& [world, course] : courses_) {
        course.known = false;
    }
    alerts_.forget();
    suspects_.forget();
    averages_.forget();
}

void Publisher::serve_world(const std::stop_token& stop,
                            const world_state::World& world,
                            const std::string& subject,
                            TimePoint now) {
    const TimePoint current = schedule_.current(now);
    Course& course = courses_[world.name];
    if (!course.known) {
        if (const auto published = progress_.read(world.name, subject)) {
            course.published = published;
        }
        course.known = true;
    }
    if (!course.published || *course.published > current + 2 * schedule_.interval) {
        course.published = current - schedule_.interval;  // a new world, or the clock was set back
    }
    if (standing_ == Standing::alone) {
        course.published = std::max(course.published, sightings_.newest(subject));
    }
    const bool there = belongs_to(*world.state, current);
    const bool is_time = *course.published < current && (there || now >= schedule_.deadline(current));
    const bool misses = schedule_.between(*course.published, current) > 0;
    if ((!is_time && !misses) || !may_go_out(course, current, now)) {
        return;
    }
    if (misses) {
        make_up(stop, world, subject, now);
    }
    if (is_time && !stop.stop_requested()) {
        note_lateness(world.name, !there);
        send(world.name, {*world.state, current, subject, !there, false});
    }
}

/// What fails is tried again with the next look.
void Publisher::publish_more(const world_state::World& world, bool is_first, TimePoint now) {
    if (standing_ != Standing::leader && !incumbent_) {
        return;
    }
    try {
        alerts_.serve(world, is_first, now);
        suspects_.serve(world, is_first, now);
        averages_.serve(world, is_first, now);
        more_failing_ = false;
    } catch (const std::exception& e) {
        alerts_.forget();
        suspects_.forget();
        averages_.forget();
        if (!std::exchange(more_failing_, true)) {
            log::warn("more_not_published", {{"world", world.name}, {"error", e.what()}});
        }
    }
}

/// Alone, a publisher first gives others the time to publish, of whom it hears.
bool Publisher::may_go_out(Course& course, TimePoint publication, TimePoint now) const {
    if (standing_ == Standing::leader) {
        return true;
    }
    if (std::exchange(course.noticed, publication) != publication) {
        course.noticed_at = now;
    }
    const Milliseconds grace =
        incumbent_ ? std::min(kGrace, schedule_.patience / 4) : std::min(kLongGrace, schedule_.patience / 2) + jitter_;
    return now >= course.noticed_at + grace;
}

void Publisher::make_up(const std::stop_token& stop,
                        const world_state::World& world,
                        const std::string& subject,
                        TimePoint now) {
    for (const TimePoint publication : schedule_.to_make_up(*courses_[world.name].published, schedule_.current(now))) {
        if (stop.stop_requested()) {
            return;
        }
        if (const auto state = kept_state(world, publication, now)) {
            send(world.name, {*state, publication, subject, false, true});
        }
    }
}

/// What PostgreSQL keeps for a publication time. Until the current one's deadline PostgreSQL is waited for.
std::optional<proto::State> Publisher::kept_state(const world_state::World& world,
                                                  TimePoint publication,
                                                  TimePoint now) {
    if (postgres_away_) {
        return std::nullopt;
    }
    try {
        return world_state::kept_state(
            postgres_, world.name, tick_at_or_before(publication, world.state->interval), publication, kReadTimeout);
    } catch (const Unavailable& e) {
        if (now < schedule_.deadline(schedule_.current(now))) {
            throw;
        }
        postgres_away_ = true;
        log::warn("kept_documents_not_read", {{"world", world.name}, {"error", e.what()}});
    } catch (const BadInput& e) {
        log::error("kept_document_not_read", {{"world", world.name}, {"error", e.what()}});
    }
    return std::nullopt;
}

/// One that was frozen may wake with another one at its work.
void Publisher::check_standing() const {
    if (lease_.standing() != standing_) {
        throw Unavailable("publisher: the lease went elsewhere");
    }
}

void Publisher::send(const std::string& world, const Due& due) {
    check_standing();
    Course& course = courses_[world];
    try {
        delivery_.send(make_publication(due, delivery_.max_payload()));
        metrics_.published(world, due.publication, due.replayed);
        if (!due.replayed) {
            metrics_.observe_age(clock_.now() - due.state.timestamp);
        }
        incumbent_ = true;
        if (std::exchange(course.failing, false)) {
            log::info("published_again", {{"world", world}});
        }
    } catch (const std::exception& e) {
        metrics_.failed(world);
        if (!std::exchange(course.failing, true)) {
            log::warn("not_published", {{"world", world}, {"error", e.what()}});
        }
        if (dynamic_cast<const Unavailable*>(&e) != nullptr) {
            throw;
        }
        // NATS will never take this one: the next may be smaller.
    }
    if (const auto missed = schedule_.between(*course.published, due.publication); missed > 0) {
        log::warn("publication_times_missed", {{"world", world}, {"count", missed}});
        metrics_.missed(world, missed);
    }
    course.published = due.publication;
    progress_.keep(world, due.publication);
}

void Publisher::note_lateness(const std::string& world, bool late) {
    Course& course = courses_[world];
    if (late) {
        metrics_.late(world);
    }
    if (std::exchange(course.late, late) != late) {
        if (late) {
            log::warn("state_not_in_time", {{"world", world}});
        } else {
            log::info("state_in_time_again", {{"world", world}});
        }
    }
}

std::string Publisher::subject_of(const world_state::World& world, const world_state::Worlds& worlds) const {
    return proto::document_subject(prefix_, world.name, is_first(world, worlds));
}

TimePoint Publisher::wake_time(TimePoint now) const {
    const TimePoint current = schedule_.current(now);
    TimePoint wake = current + schedule_.interval;
    if (const TimePoint deadline = schedule_.deadline(current); deadline > now) {
        wake = std::min(wake, deadline);
    }
    if (standing_ == Standing::alone) {
        wake = std::min(wake, now + std::max(schedule_.patience / 16, kLeastLook));
    }
    return retry_at_ ? std::min(wake, *retry_at_) : wake;
}

}  // namespace watchtower::publisher
