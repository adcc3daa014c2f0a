#include "services/ccc-simulator/events.hpp"

#include <algorithm>

namespace watchtower::simulator {

namespace {

constexpr std::uint32_t kMostAffected = 30;

std::vector<PlayerIndex> choose_affected(Realm& realm) {
    const auto& present = realm.people.present();
    const auto wanted = std::min<std::size_t>(present.size(), realm.random.below(kMostAffected + 1));
    std::vector<PlayerIndex> affected;
    for (std::size_t tries = 0; tries < 2 * wanted && affected.size() < wanted; ++tries) {
        const PlayerIndex player = present[realm.random.below(present.size())];
        if (std::find(affected.begin(), affected.end(), player) == affected.end()) {
            affected.push_back(player);
        }
    }
    return affected;
}

void affect(Realm& realm, EventType type, Player& player) {
    const Millionths amount = realm.treasury.amount(realm.random, 1, 25);
    switch (type) {
        case EventType::tempete:
            realm.treasury.pay_spice(player, std::min(amount, player.spice));
            break;
        case EventType::raid:
            realm.treasury.pay_gold(player, std::min(amount, player.gold));
            break;
        case EventType::benediction:
            realm.treasury.give_gold(player, amount);
            realm.treasury.give_spice(player, amount);
            break;
        case EventType::faille:
            realm.treasury.pay_gold(player, std::min(amount, player.gold));
            realm.treasury.pay_spice(player, std::min(amount, player.spice));
            break;
    }
}

}  // namespace

void EventTotals::add(const Event& event) {
    ++count;
    affected += event.affected.size();
}

void Events::step(Realm& realm) {
    // Of each 1000 seconds, how many see one.
    constexpr std::array<double, kEventNames.size()> kPerSecond = {0.006, 0.003, 0.004, 0.001};
    for (std::size_t type = 0; type < kEventNames.size(); ++type) {
        if (realm.random.chance(kPerSecond[type])) {
            strike(realm, static_cast<EventType>(type));
        }
    }
}

void Events::strike(Realm& realm, EventType type) {
    Event event;
    event.id = ++last_id_;
    event.type = type;
    event.affected = choose_affected(realm);
    for (const PlayerIndex player : event.affected) {
        affect(realm, type, realm.people.player(player));
    }
    by_type_[static_cast<std::size_t>(type)].add(event);
    list_.push_back(std::move(event));
    if (list_.size() > realm.options.list_length) {
        list_.pop_front();
    }
}

void Events::start_epoch() {
    list_.clear();
    last_id_ = 0;
}

}  // namespace watchtower::simulator
