#include "common/world_state/reader.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/log.hpp"

namespace watchtower::world_state {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSecondFirstWait{500};
constexpr milliseconds kSecondMostWait{5'000};

/// The second store is asked so often although nobody needs it, so that it is known whether it could help.
constexpr milliseconds kSecondRoutine{10'000};

proto::State decode(const StoredState& stored, const std::string& world) {
    proto::State state = proto::decode_state(stored.text);
    if (state.world != world) {
        throw BadInput("state.world: '" + state.world + "' instead of '" + world + "'");
    }
    if (state.tick != stored.tick) {
        throw BadInput("state.tick: " + to_rfc3339(state.tick) + " instead of " + to_rfc3339(stored.tick));
    }
    if (state.interval <= Milliseconds(0)) {
        throw BadInput("state.interval_ms: not positive");
    }
    return state;
}

}  // namespace

Reader::Reader(StateSource& first,
               StateSource& second,
               const Clock& clock,
               prometheus::Registry& registry,
               std::function<void(const Shown&)> changed)
    : clock_(clock),
      changed_(std::move(changed)),
      metrics_(registry),
      sources_{Source{first, metrics_.source(first.name()), {}}, Source{second, metrics_.source(second.name()), {}}},
      second_backoff_(kSecondFirstWait, kSecondMostWait) {}

void Reader::look() {
    const bool first_answered = look_into(0);
    show();
    const TimePoint now = clock_.now();
    const bool is_wanted = needs_second(first_answered) || now >= second_routine_;
    if (!is_wanted || now < second_not_before_) {
        return;
    }
    second_routine_ = now + kSecondRoutine;
    if (look_into(1)) {
        if (first_answered) {
            drop_unlisted();
        }
        second_backoff_.reset();
        second_not_before_ = {};
    } else {
        second_not_before_ = clock_.now() + second_backoff_.next();
    }
    show();
}

std::optional<TimePoint> Reader::next_change() const {
    std::optional<TimePoint> next;
    for (const auto& [name, world] : held_) {
        const auto change = world.state ? world_state::next_change(*world.state, clock_.now()) : std::nullopt;
        if (change && (!next || *change < *next)) {
            next = change;
        }
    }
    return next;
}

bool Reader::look_into(std::size_t source) {
    try {
        const std::vector<ListedWorld> worlds = sources_[source].store.worlds();
        for (auto& [name, world] : held_) {
            world.listed[source] = false;
        }
        for (const ListedWorld& listed : worlds) {
            const auto [world, is_new] = held_.try_emplace(listed.name);
            world->second.listed[source] = true;
            dirty_ = dirty_ || is_new || world->second.position != listed.position;
            world->second.position = listed.position;
        }
        for (auto& [name, world] : held_) {
            take(source, name, world);
        }
        return true;
    } catch (const Unavailable&) {
        // The store's client has logged that it is away.
        sources_[source].counters.failures.Increment();
    } catch (const std::exception& e) {
        sources_[source].counters.failures.Increment();
        complain(sources_[source], e.what());
    }
    return false;
}

void Reader::take(std::size_t source, const std::string& name, Held& world) {
    const auto& refused = world.refused[source];
    std::optional<TimePoint> than = world.state ? std::optional(world.state->tick) : std::nullopt;
    than = std::max(than, refused);
    try {
        const auto stored = sources_[source].store.newer(name, than);
        if (!stored) {
            return;
        }
        // Remembered before it is tried: what cannot be read is not read again.
        world.refused[source] = stored->tick;
        const bool had_older = world.state != nullptr;
        world.state = std::make_shared<const proto::State>(decode(*stored, name));
        if (had_older) {
            const std::chrono::duration<double> delay = clock_.now() - world.state->timestamp;
            metrics_.observe_delay(delay.count());
        }
        world.refused[source].reset();
        dirty_ = true;
        sources_[source].counters.states.Increment();
        sources_[source].last_complaint.clear();
    } catch (const BadInput& e) {
        sources_[source].counters.malformed.Increment();
        complain(sources_[source], "world " + name + ": " + e.what());
    }
}

void Reader::complain(Source& source, const std::string& why) {
    if (why != source.last_complaint) {
        log::warn("state_not_read", {{"source", source.store.name()}, {"error", why}});
        source.last_complaint = why;
    }
}

void Reader::drop_unlisted() {
    for (auto world = held_.begin(); world != held_.end();) {
        if (world->second.listed[0] || world->second.listed[1]) {
            ++world;
            continue;
        }
        log::info("world_gone", {{"world", world->first}});
        metrics_.forget(world->first);
        world = held_.erase(world);
        dirty_ = true;
    }
}

bool Reader::needs_second(bool first_answered) const {
    const auto is_default = [](const auto& entry) { return entry.second.position == 0; };
    if (!first_answered || std::none_of(held_.begin(), held_.end(), is_default)) {
        return true;
    }
    return std::any_of(held_.begin(), held_.end(), [now = clock_.now()](const auto& entry) {
        const Held& world = entry.second;
        return !world.state || now > proto::abandoned_after(*world.state) || world.refused[0] > world.state->tick;
    });
}

void Reader::show() {
    const TimePoint now = clock_.now();
    for (auto& [name, world] : held_) {
        if (!world.state) {
            continue;
        }
        const std::chrono::duration<double> age = now - world.state->timestamp;
        metrics_.set_age(name, age.count());
        const Freshness fresh = freshness(*world.state, now);
        dirty_ = dirty_ || fresh != world.freshness;
        world.freshness = fresh;
    }
    if (!dirty_) {
        return;
    }
    auto worlds = std::make_shared<Worlds>();
    for (const auto& [name, world] : held_) {
        worlds->all.push_back({name, world.position, world.state});
    }
    std::stable_sort(
        worlds->all.begin(), worlds->all.end(), [](const World& a, const World& b) { return a.position < b.position; });
    dirty_ = false;
    changed_(worlds);
}

}  // namespace watchtower::world_state
