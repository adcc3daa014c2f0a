#include "services/api-gateway/events.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "common/base/log.hpp"
#include "proto-json/alert.hpp"

namespace watchtower::gateway {

namespace {

using http::Event;
using http::WhenFull;

/// Listeners come back over so long a time, not all at once, when a gateway ends.
constexpr int kLeastRetry = 1'000;
constexpr int kMostRetry = 4'000;

/// A tick may be so far ahead of this clock: another gateway's may differ.
constexpr Milliseconds kClocksDiffer{60'000};

std::string snapshots_of(const std::string& world) {
    return "snapshots:" + world;
}
std::string alerts_of(const std::string& world) {
    return "alerts:" + world;
}

Event retry_after_a_while() {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int wait = std::uniform_int_distribution(kLeastRetry, kMostRetry)(random);
    return {{}, 0, std::make_shared<const std::string>("retry: " + std::to_string(wait) + "\n\n"), {}};
}

prometheus::Counter& counter(
    prometheus::Registry& registry, const char* name, const char* help, const char* label, const char* value) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({{label, value}});
}

prometheus::Counter& published(prometheus::Registry& registry, const char* event) {
    return counter(
        registry, "watchtower_stream_events_total", "Events published to all listeners of a world.", "event", event);
}

prometheus::Counter& troubles(prometheus::Registry& registry, const char* trouble) {
    return counter(registry,
                   "watchtower_stream_troubles_total",
                   "Listeners refused, cut off, or skipped to the newest snapshot.",
                   "trouble",
                   trouble);
}

}  // namespace

EventMetrics::EventMetrics(prometheus::Registry& registry)
    : listeners(prometheus::BuildGauge()
                    .Name("watchtower_stream_listeners")
                    .Help("Listeners of the event stream.")
                    .Register(registry)
                    .Add({})),
      snapshots(published(registry, "snapshot")),
      alerts(published(registry, "alert")),
      refused(troubles(registry, "refused")),
      skipped(troubles(registry, "skipped")),
      dropped(troubles(registry, "dropped")),
      unresponsive(troubles(registry, "unresponsive")) {}

void EventMetrics::note(http::ListenerChange change) {
    switch (change) {
        case http::ListenerChange::joined:
            return listeners.Increment();
        case http::ListenerChange::left:
            return listeners.Decrement();
        case http::ListenerChange::refused:
            return refused.Increment();
        case http::ListenerChange::skipped:
            return skipped.Increment();
        case http::ListenerChange::dropped:
            return dropped.Increment();
        case http::ListenerChange::unresponsive:
            return unresponsive.Increment();
    }
}

Events::Events(
    http::EventHub& hub, const Clock& clock, AlertsAfter alerts_after, EventMetrics metrics, const Options& options)
    : hub_(hub),
      clock_(clock),
      alerts_after_(std::move(alerts_after)),
      metrics_(metrics),
      options_(options),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Events::~Events() = default;

/// Rises with the tick, and once more when the state has become stale by its age.
std::uint64_t Events::number_of(const WorldView& view) {
    const proto::State& state = *view.state;
    const bool is_abandoned = view.stale != proto::staleness(state, state.tick);
    return static_cast<std::uint64_t>(state.tick.time_since_epoch().count()) * 2 + (is_abandoned ? 1 : 0);
}

void Events::make_snapshot(const std::string& name, Published& world) {
    const EventId id{name, world.tick, world.alert_number};
    world.snapshot = http::event_text(to_text(id), "snapshot", *world.document);
}

void Events::show(const WorldView& view) {
    const proto::State& state = *view.state;
    const std::uint64_t number = number_of(view);
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = worlds_.try_emplace(state.world);
    Published& world = at->second;
    if (number <= world.snapshot_number) {
        return;
    }
    if (is_new) {
        world.first_alert_number = state.alert_number;
        world.alert_number = state.alert_number - std::min<std::uint64_t>(state.alert_number, kKeptAlerts);
    }
    world.known_alert_number = std::max(world.known_alert_number, state.alert_number);
    world.tick = state.tick;
    world.snapshot_number = number;
    world.document = view.document.plain;
    make_snapshot(state.world, world);
    hub_.publish({snapshots_of(state.world), number, world.snapshot, WhenFull::skip_to_newest});
    metrics_.snapshots.Increment();
    wake_.notify_one();
}

bool Events::can_be_ours(const EventId& id, const Published& published) const {
    if (id.tick > clock_.now() + kClocksDiffer) {
        return false;
    }
    // Another gateway may be a tick ahead, and then know more alerts, too.
    return id.tick > published.tick || id.alert_number <= published.known_alert_number;
}

void Events::append_missed(const Published& published, const EventId& last, std::vector<Event>& first) {
    const std::uint64_t told_from = published.log.empty() ? published.alert_number + 1 : published.log.front().number;
    EventId id = last;
    if (told_from > last.alert_number + 1) {
        const std::uint64_t untold = told_from - last.alert_number - 1;
        id.alert_number = told_from - 1;
        const std::string data = R"({"world":")" + last.world + R"(","alerts":)" + std::to_string(untold) + "}";
        first.push_back({{}, 0, http::event_text(to_text(id), "missed", data), {}});
    }
    for (const LoggedAlert& alert : published.log) {
        if (alert.number > last.alert_number) {
            id.alert_number = alert.number;
            first.push_back({{}, 0, http::event_text(to_text(id), "alert", alert.json), {}});
        }
    }
}

http::Reply Events::listen(const std::string& world, std::optional<EventId> last) {
    std::vector<Event> first = {retry_after_a_while()};
    const std::lock_guard lock(mutex_);
    static const Published kNothing;
    const auto found = worlds_.find(world);
    const Published& published = found == worlds_.end() ? kNothing : found->second;
    if (last && (last->world != world || !can_be_ours(*last, published))) {
        last.reset();
    }
    http::Interest snapshots{snapshots_of(world), published.snapshot_number};
    http::Interest alerts{alerts_of(world), std::max(published.alert_number, published.first_alert_number)};
    if (last) {
        append_missed(published, *last, first);
        snapshots.after =
            std::max(snapshots.after, 2 * static_cast<std::uint64_t>(last->tick.time_since_epoch().count()));
        alerts.after = std::max(published.alert_number, last->alert_number);
    }
    if (published.snapshot && (!last || published.tick > last->tick)) {
        first.push_back({snapshots.topic, published.snapshot_number, published.snapshot, WhenFull::skip_to_newest});
    }
    return hub_.listen({std::move(snapshots), std::move(alerts)})->reply(std::move(first));
}

/// One of the places where everything is caught: what could not be read is read the next time.
void Events::try_to_read(const Gap& gap) {
    try {
        read(gap);
    } catch (const std::exception& e) {
        if (!std::exchange(reading_failed_, true)) {
            log::warn("alerts_not_read", {{"world", gap.world}, {"error", e.what()}});
        }
    }
}

void Events::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::vector<Gap> open;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [&] { return !(open = gaps()).empty(); });
        }
        for (const Gap& gap : open) {
            if (stop.stop_requested()) {
                return;
            }
            try_to_read(gap);
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, options_.retry, [&] { return false; });
    }
}

std::vector<Events::Gap> Events::gaps() const {
    std::vector<Gap> open;
    for (const auto& [name, world] : worlds_) {
        if (world.alert_number < world.known_alert_number) {
            open.push_back({name, world.alert_number});
        }
    }
    return open;
}

void Events::read(const Gap& gap) {
    std::uint64_t after = gap.after;
    for (;;) {
        const auto entries = alerts_after_(gap.world, after);
        if (std::exchange(reading_failed_, false)) {
            log::info("alerts_read", {{"world", gap.world}});
        }
        if (entries.empty()) {
            return;
        }
        take(gap.world, entries);
        after = entries.back().number;
    }
}

void Events::take(const std::string& name, const std::vector<proto::NumberedAlert>& entries) {
    const std::lock_guard lock(mutex_);
    Published& world = worlds_.at(name);
    for (const proto::NumberedAlert& entry : entries) {
        world.log.push_back({entry.number, proto::encode(entry.alert)});
        if (world.log.size() > kKeptAlerts) {
            world.log.pop_front();
        }
        world.alert_number = entry.number;
        hub_.publish(
            {alerts_of(name),
             entry.number,
             http::event_text(to_text(EventId{name, world.tick, entry.number}), "alert", world.log.back().json),
             WhenFull::drop_listener});
        metrics_.alerts.Increment();
    }
    make_snapshot(name, world);  // for those who come before the next one
}

}  // namespace watchtower::gateway
