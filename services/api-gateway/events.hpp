#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "common/base/clock.hpp"
#include "common/http/event_hub.hpp"
#include "services/api-gateway/event_id.hpp"
#include "services/api-gateway/views.hpp"

namespace watchtower::gateway {

/// The stream's listeners and events.
struct EventMetrics {
    explicit EventMetrics(prometheus::Registry& registry);

    /// For http::EventHubOptions.
    void note(http::ListenerChange change);

    prometheus::Gauge& listeners;
    prometheus::Counter& snapshots;     ///< published, each to all listeners of its world
    prometheus::Counter& alerts;        ///< so
    prometheus::Counter& refused;       ///< listeners for whom there was no place
    prometheus::Counter& skipped;       ///< times that a slow listener lost snapshots to a newer one
    prometheus::Counter& dropped;       ///< listeners with no room for an alert
    prometheus::Counter& unresponsive;  ///< listeners that took nothing any more
};

/// What listeners of the stream are sent: each world's newest snapshot, made into text once for all of them, and the
/// new entries of its log of alerts, which a thread of its own reads. Keeps the newest 100 entries of each world, so
/// that nobody who comes back waits for a store. Thread-safe.
class Events {
public:
    static constexpr std::size_t kKeptAlerts = 100;

    /// Entries of a world's log of alerts behind a number, in their order; may be some of them only. Throws Error.
    using AlertsAfter =
        std::function<std::vector<proto::NumberedAlert>(const std::string& world, std::uint64_t number)>;

    struct Options {
        Milliseconds retry{1'000};  ///< between looks for entries that are not there yet
    };

    /// `hub` and `clock` must outlive it.
    Events(http::EventHub& hub,
           const Clock& clock,
           AlertsAfter alerts_after,
           EventMetrics metrics,
           const Options& options);
    /// Waits for a look under way.
    ~Events();
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    /// Publishes what listeners of the view's world do not know yet.
    void show(const WorldView& view);

    /// The answer to a listener of this world who was sent everything up to `last`: a time to wait before it comes
    /// back, the alerts it missed, the newest snapshot if it has not got it, and from then on what is new. Without
    /// `last`, or with one that no gateway can have given, the newest snapshot and what is new. Throws HttpError 503
    /// when there are too many listeners. Waits for nothing.
    [[nodiscard]] http::Reply listen(const std::string& world, std::optional<EventId> last);

private:
    struct LoggedAlert {
        std::uint64_t number = 0;
        std::string json;
    };
    /// What was published of a world.
    struct Published {
        TimePoint tick;                     ///< of the newest snapshot
        std::uint64_t snapshot_number = 0;  ///< as number_of says; 0: there was none
        std::shared_ptr<const std::string> document;
        std::shared_ptr<const std::string> snapshot;  ///< the event: its id says which alerts went before
        std::uint64_t known_alert_number = 0;         ///< of the newest state
        /// Of the first state. What was logged until then is published as well when it is read, for those who came back
        /// before that; nobody else wants it.
        std::uint64_t first_alert_number = 0;
        std::uint64_t alert_number = 0;  ///< up to here the log was read and published, or is too old
        std::deque<LoggedAlert> log;     ///< the newest entries up to that number
    };
    struct Gap {
        std::string world;
        std::uint64_t after = 0;
    };

    static std::uint64_t number_of(const WorldView& view);
    static void make_snapshot(const std::string& name, Published& world);
    [[nodiscard]] bool can_be_ours(const EventId& id, const Published& published) const;
    static void append_missed(const Published& published, const EventId& last, std::vector<http::Event>& first);
    void run(const std::stop_token& stop);
    [[nodiscard]] std::vector<Gap> gaps() const;
    void read(const Gap& gap);
    void try_to_read(const Gap& gap);
    void take(const std::string& world, const std::vector<proto::NumberedAlert>& entries);

    http::EventHub& hub_;
    const Clock& clock_;
    const AlertsAfter alerts_after_;
    EventMetrics metrics_;
    const Options options_;
    bool reading_failed_ = false;  ///< the thread's own

    std::mutex mutex_;  ///< for what follows; held while publishing, so that all see one order
    std::condition_variable_any wake_;
    std::map<std::string, Published> worlds_;
    std::jthread thread_;
};

}  // namespace watchtower::gateway
