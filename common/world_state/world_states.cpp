#include "common/world_state/world_states.hpp"

#include <algorithm>

#include "common/base/log.hpp"
#include "proto-json/names.hpp"

namespace watchtower::world_state {

WorldStates::WorldStates(redis::Client& redis,
                         postgres::Client& postgres,
                         nats::Client& nats,
                         const Clock& clock,
                         prometheus::Registry& registry,
                         const Options& options)
    : options_(options),
      clock_(clock),
      nats_(nats),
      redis_states_(redis),
      postgres_states_(postgres, options.postgres_deadline),
      reader_(redis_states_, postgres_states_, clock, registry, [this](const std::shared_ptr<const Worlds>& worlds) {
          show(worlds);
      }) {
    worlds_.store(std::make_shared<const Worlds>());
}

WorldStates::~WorldStates() = default;

void WorldStates::start() {
    announcements_ = nats_.subscribe(std::string(proto::kStateSubjects), [this](const nats::Message&) { look(); });
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void WorldStates::look() {
    {
        const std::lock_guard lock(mutex_);
        told_to_look_ = true;
    }
    wake_.notify_one();
}

void WorldStates::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        reader_.look();
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, pause(), [this] { return told_to_look_; });
        told_to_look_ = false;
    }
}

Milliseconds WorldStates::pause() const {
    const auto change = reader_.next_change();
    return change ? std::min(options_.poll, *change - clock_.now()) : options_.poll;
}

void WorldStates::show(const std::shared_ptr<const Worlds>& worlds) {
    worlds_.store(worlds);
    for (const Listener& listener : listeners_) {
        try {
            listener(worlds);
        } catch (const std::exception& e) {
            log::error("state_not_shown", {{"error", e.what()}});
        }
    }
}

}  // namespace watchtower::world_state
