#include "services/collector/owners/holdings.hpp"

#include <algorithm>

namespace watchtower::collector {

using Place = Leases::Place;
using Wish = Leases::Wish;

const char* to_string(Means means) {
    switch (means) {
        case Means::redis:
            return "redis";
        case Means::postgres:
            return "postgres";
        case Means::neither:
            break;
    }
    return "neither";
}

Holdings::Holdings(std::size_t worlds, Milliseconds lease, Time now, std::size_t first)
    : lease_(lease),
      first_(first),
      held_(worlds, false),
      tried_(worlds, false),
      shunned_(worlds, now),
      free_since_(worlds, Time::max()),
      last_round_(now),
      deadline_(now),
      not_before_(now),
      weighed_(now) {}

void Holdings::begin_round(Time now) {
    if (now - last_round_ > std::max(lease_, kFrozen)) {
        held_.assign(held_.size(), false);
        not_before_ = now;
        fresh_ = fresh_ || means_ == Means::redis;
    }
    last_round_ = now;
}

std::vector<Wish> Holdings::wishes(Time now) const {
    std::vector<Wish> wishes(held_.size(), Wish::no);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        if (held_[i]) {
            wishes[i] = Wish::keep;
        } else if (now < shunned_[i]) {
            wishes[i] = Wish::shun;
        } else if (free_since_[i] < now - lease_) {
            wishes[i] = Wish::need;
        }
    }
    return wishes;
}

void Holdings::by_redis(Time asked, Time now, const std::vector<Place>& places) {
    for (std::size_t i = 0; i < held_.size(); ++i) {
        held_[i] = places.at(i) == Place::mine || places.at(i) == Place::wanted;
        free_since_[i] = places[i] == Place::free ? std::min(free_since_[i], now) : Time::max();
    }
    deadline_ = asked + lease_;
    not_before_ = now;
    away_since_.reset();
    locks_since_.reset();
    means_ = Means::redis;
    fresh_ = false;
}

void Holdings::without_redis(Time now, const LockView& view) {
    if (!away_since_) {
        away_since_ = now;
        tried_ = held_;
        free_since_.assign(free_since_.size(), Time::max());
    }
    fresh_ = false;
    const bool answers = view.answered && view.asked >= not_before_ && now - view.asked < lease_;
    if (!answers) {
        means_ = Means::neither;
        locks_since_.reset();
    } else {
        means_ = Means::postgres;
        locks_since_ = locks_since_.value_or(now);
        if (view.asked > weighed_) {
            weighed_ = view.asked;
            weigh(view);
            take_more(now, view);
        }
    }
    deadline_ = now + lease_;
}

void Holdings::weigh(const LockView& view) {
    for (std::size_t i = 0; i < held_.size(); ++i) {
        const LockView::World& world = view.worlds.at(i);
        if (!tried_[i]) {
            continue;
        }
        if (world.leased || (world.others && !world.mine)) {
            held_[i] = false;
            tried_[i] = false;
        } else if (world.mine) {
            held_[i] = true;
        }
    }
}

void Holdings::take_more(Time now, const LockView& view) {
    if (now - std::max(*away_since_, *locks_since_) < 2 * lease_ + Leases::kSettling) {
        return;
    }
    Worlds free;
    for (std::size_t k = 0; k < held_.size(); ++k) {
        const std::size_t i = (first_ + k) % held_.size();
        const LockView::World& world = view.worlds.at(i);
        if (!tried_[i] && !world.leased && !world.others && now >= shunned_[i]) {
            free.push_back(i);
        }
    }
    free.resize((free.size() + 3) / 4);
    for (const std::size_t i : free) {
        tried_[i] = true;
    }
}

LockWish Holdings::locks() const {
    const std::vector<bool> none(held_.size(), false);
    return away_since_ ? LockWish{.own = tried_, .announce = none} : LockWish{.own = none, .announce = held_};
}

void Holdings::shun(std::size_t world, Time now) {
    held_.at(world) = false;
    tried_.at(world) = false;
    shunned_.at(world) = now + 2 * lease_;
}

}  // namespace watchtower::collector
