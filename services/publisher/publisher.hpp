#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include <prometheus/registry.h>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "common/world_state/worlds.hpp"
#include "services/publisher/averages_publisher.hpp"
#include "services/publisher/delivery.hpp"
#include "services/publisher/lease.hpp"
#include "services/publisher/log_publisher.hpp"
#include "services/publisher/progress.hpp"
#include "services/publisher/publisher_metrics.hpp"
#include "services/publisher/schedule.hpp"
#include "services/publisher/sightings.hpp"

namespace watchtower::publisher {

/// Publishes every world's document for each publication time, its alerts, suspects and averages, on a thread of its
/// own, while its lease says that it may. What could not be published in its time is made up for, in order, before what
/// is newer.
class Publisher {
public:
    struct Options {
        Schedule schedule;
        std::string prefix;          ///< the subject of the first world's documents
        nats::StreamOptions stream;  ///< as Delivery takes them
        bool manage_stream = true;
    };
    /// The clients that it uses; those of Redis and PostgreSQL with short timeouts.
    struct Clients {
        nats::Client& nats;
        redis::Client& redis;
        redis::Client& lease_redis;
        postgres::Client& postgres;
    };

    /// All must outlive it.
    Publisher(const Options& options, const Clients& clients, const Clock& clock, prometheus::Registry& registry);
    /// What is being published goes out; nothing more is begun, and another publisher may go on at once.
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void start();

    /// From now on these are published. Thread-safe.
    void show(const std::shared_ptr<const world_state::Worlds>& worlds);

private:
    /// What is known of a world's publication.
    struct Course {
        std::optional<TimePoint> published;  ///< the newest publication time that is done with
        bool known = false;                  ///< `published` was read back since it was last in doubt
        TimePoint noticed;                   ///< the publication time below
        TimePoint noticed_at;                ///< when it could first have gone out
        bool failing = false;                ///< told in the log
        bool late = false;                   ///< told in the log
    };

    void run(const std::stop_token& stop);
    /// Throws what keeps it from going on: it is to be called again a little later.
    void serve(const std::stop_token& stop, TimePoint now);
    void note_backlog(TimePoint now);
    /// What is out is read back before the next one goes out: another publisher may have published meanwhile.
    void doubt();
    void serve_world(const std::stop_token& stop,
                     const world_state::World& world,
                     const std::string& subject,
                     TimePoint now);
    [[nodiscard]] bool may_go_out(Course& course, TimePoint publication, TimePoint now) const;
    void publish_more(const world_state::World& world, bool is_first, TimePoint now);
    void make_up(const std::stop_token& stop,
                 const world_state::World& world,
                 const std::string& subject,
                 TimePoint now);
    [[nodiscard]] std::optional<proto::State> kept_state(const world_state::World& world,
                                                         TimePoint publication,
                                                         TimePoint now);
    /// Throws Unavailable when what it may do has changed since this look began.
    void check_standing() const;
    void send(const std::string& world, const Due& due);
    void note_lateness(const std::string& world, bool late);
    [[nodiscard]] std::string subject_of(const world_state::World& world, const world_state::Worlds& worlds) const;
    [[nodiscard]] TimePoint wake_time(TimePoint now) const;
    [[nodiscard]] std::shared_ptr<const world_state::Worlds> worlds() const;
    void wake();
    /// Waits for other worlds, another standing, the moment or the stop. False: stop.
    bool wait_until(const std::stop_token& stop, TimePoint moment);

    const Clock& clock_;
    const Schedule schedule_;
    const std::string prefix_;
    postgres::Client& postgres_;
    const Milliseconds jitter_;  ///< what of its patience this process waits when it is alone
    PublisherMetrics metrics_;
    Sightings sightings_;
    Delivery delivery_;
    Progress progress_;
    LogPublisher alerts_;
    LogPublisher suspects_;
    AveragesPublisher averages_;
    bool more_failing_ = false;  ///< alerts, suspects or averages; told in the log

    std::map<std::string, Course> courses_;
    Standing standing_ = Standing::follower;
    bool incumbent_ = false;             ///< was the last to publish, as far as it knows
    bool postgres_away_ = false;         ///< found so in this look
    std::optional<TimePoint> prepared_;  ///< the publication time for which the stream was looked after
    Backoff backoff_;
    std::optional<TimePoint> retry_at_;

    mutable std::mutex mutex_;  ///< for what follows
    std::condition_variable_any changed_;
    bool told_to_look_ = false;
    std::shared_ptr<const world_state::Worlds> worlds_ = std::make_shared<const world_state::Worlds>();

    Lease lease_;
    std::jthread thread_;
};

}  // namespace watchtower::publisher
