#include "services/collector/outbox/outbox.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "services/collector/outbox/codec.hpp"
#include "services/collector/outbox/fold.hpp"

namespace watchtower::collector {

namespace {

std::shared_ptr<Waiting> fold(Waiting& older, Waiting& newer) {
    auto folded = std::make_shared<Waiting>();
    folded->begun = newer.begun;
    for (Waiting* one : {&older, &newer}) {
        std::move(one->settled.begin(), one->settled.end(), std::back_inserter(folded->settled));
        folded->in_redis.insert(folded->in_redis.end(), one->in_redis.begin(), one->in_redis.end());
        folded->redis_bytes += one->redis_bytes;
    }
    folded->kept = older.kept && newer.kept;
    folded->write = fold(std::move(older.write), std::move(newer.write));
    return folded;
}

/// Notes how big a write has become. Parts in Redis that take far more room than it are to be replaced by it.
void measure(Waiting& waiting) {
    constexpr std::size_t kMostRoomOfParts = 2;
    waiting.bytes = bytes_of(waiting.write);
    waiting.kept = waiting.kept && waiting.redis_bytes <= kMostRoomOfParts * waiting.bytes;
}

void tell(Waiting& waiting, bool kept) {
    for (const auto& settled : std::exchange(waiting.settled, {})) {
        settled(kept);
    }
}

}  // namespace

bool Outbox::push(std::shared_ptr<Waiting> waiting) {
    measure(*waiting);
    limit_.add(waiting->bytes);
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(waiting));
    return waiting_.size() == 1;
}

Outbox::Room Outbox::make_room() {
    const std::lock_guard keeping(keeping_);  // what is being kept is not folded
    const std::lock_guard lock(mutex_);
    Room room;
    const std::size_t first = front_in_use_ ? 1 : 0;
    while (limit_.exceeded() && waiting_.size() >= first + 2) {
        const auto older = waiting_.begin() + static_cast<std::ptrdiff_t>(first);
        limit_.subtract((*older)->bytes + (*(older + 1))->bytes);
        *older = fold(**older, **(older + 1));
        measure(**older);
        limit_.add((*older)->bytes);
        waiting_.erase(older + 1);
        ++room.folded;
    }
    if (limit_.exceeded() && waiting_.size() > first) {
        Waiting& oldest = *waiting_[first];
        const std::size_t states = oldest.write.states.size();
        if (drop_folded_states(oldest.write)) {
            room.dropped += states - 1;
            limit_.subtract(oldest.bytes);
            measure(oldest);
            limit_.add(oldest.bytes);
        }
    }
    return room;
}

std::shared_ptr<Waiting> Outbox::front() {
    const std::lock_guard lock(mutex_);
    front_in_use_ = !waiting_.empty();
    return waiting_.empty() ? nullptr : waiting_.front();
}

void Outbox::pop() {
    const std::lock_guard keeping(keeping_);
    std::shared_ptr<Waiting> stored;
    {
        const std::lock_guard lock(mutex_);
        stored = std::move(waiting_.front());
        waiting_.pop_front();
        front_in_use_ = false;
        limit_.subtract(stored->bytes);
    }
    tell(*stored, true);
    forget(std::move(stored->in_redis));
}

void Outbox::clear() {
    const std::lock_guard keeping(keeping_);
    std::deque<std::shared_ptr<Waiting>> gone;
    {
        const std::lock_guard lock(mutex_);
        gone.swap(waiting_);
        front_in_use_ = false;
    }
    for (const auto& waiting : gone) {
        limit_.subtract(waiting->bytes);
        tell(*waiting, false);
    }
}

bool Outbox::keep() {
    const std::lock_guard keeping(keeping_);
    try {
        while (const auto waiting = first_not_kept()) {
            const TimePoint tick = waiting->write.state().tick;
            if (!kept_.keep(tick, encode(waiting->write), waiting->in_redis)) {
                return false;
            }
            {
                const std::lock_guard lock(mutex_);
                waiting->kept = true;
                waiting->in_redis = {tick};
                waiting->redis_bytes = waiting->bytes;
            }
            tell(*waiting, true);
        }
        return true;
    } catch (const std::exception& error) {
        log::debug("tick_not_kept", {{"error", error.what()}});
        return false;
    }
}

std::optional<Outbox::Shown> Outbox::newest_kept() const {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || !waiting_.back()->kept) {
        return std::nullopt;
    }
    const TickWrite& newest = waiting_.back()->write;
    return Shown{newest.state().tick, newest.state_text};
}

std::shared_ptr<Waiting> Outbox::first_not_kept() const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [](const auto& one) { return !one->kept; });
    return found == waiting_.end() ? nullptr : *found;
}

void Outbox::forget(std::vector<TimePoint> ticks) {
    to_forget_.insert(to_forget_.end(), ticks.begin(), ticks.end());
    if (to_forget_.empty()) {
        return;
    }
    try {
        kept_.forget(to_forget_);
        to_forget_.clear();
    } catch (const Error& error) {
        log::debug("stored_tick_not_forgotten", {{"error", error.what()}});
    }
}

Outbox::Size Outbox::size() const {
    const std::lock_guard lock(mutex_);
    Size size;
    for (const auto& waiting : waiting_) {
        size.ticks += waiting->write.states.size();
        size.bytes += waiting->bytes;
        size.at_risk += waiting->kept ? 0 : waiting->write.states.size();
    }
    return size;
}

}  // namespace watchtower::collector
