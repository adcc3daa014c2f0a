#include "services/ccc-simulator/combat.hpp"

#include <algorithm>

namespace watchtower::simulator {

namespace {

/// The lowest dwellings fall first. How many fell.
std::uint32_t destroy_dwellings(Player& player, std::uint32_t most) {
    std::uint32_t destroyed = 0;
    for (auto& count : player.dwellings) {
        const auto fall = std::min<std::uint32_t>(count, most - destroyed);
        count = static_cast<std::uint16_t>(count - fall);
        destroyed += fall;
    }
    return destroyed;
}

void loot(Realm& realm, Player& winner, Player& loser) {
    const Millionths gold = std::min(loser.gold, realm.treasury.amount(realm.random, 5, 60));
    realm.treasury.pay_gold(loser, gold);
    realm.treasury.give_gold(winner, gold);
}

void maybe_kill_nomad(Realm& realm, PlayerIndex loser) {
    constexpr double kDeath = 0.2;
    if (realm.options.deaths == NomadDeaths::none || realm.people.player(loser).nomads < 2 ||
        !realm.random.chance(kDeath)) {
        return;
    }
    realm.people.remove_nomad(realm.people.random_nomad(loser, realm.random),
                              realm.options.deaths == NomadDeaths::inherit);
}

}  // namespace

void CombatTotals::add(const Combat& combat) {
    ++total;
    successful += combat.success ? 1 : 0;
    destroyed_dwellings += combat.destroyed_dwellings;
}

void Combats::fight(Realm& realm, PlayerIndex attacker) {
    const auto& present = realm.people.present();
    const PlayerIndex defender = present[realm.random.below(present.size())];
    if (defender == attacker) {
        return;
    }
    Combat combat;
    combat.id = ++last_id_;
    combat.type = realm.random.chance(0.3) ? CombatType::raid : CombatType::attack;
    combat.success = realm.random.chance(0.85);
    combat.attacker = attacker;
    combat.defender = defender;
    if (combat.success) {
        Player& loser = realm.people.player(defender);
        const std::uint32_t most = combat.type == CombatType::raid ? 2 : 1;
        combat.destroyed_dwellings =
            realm.random.chance(0.25) ? destroy_dwellings(loser, 1 + realm.random.below(most)) : 0;
        loot(realm, realm.people.player(attacker), loser);
        maybe_kill_nomad(realm, defender);
    }
    by_type_[static_cast<std::size_t>(combat.type)].add(combat);
    list_.push_back(combat);
    if (list_.size() > realm.options.list_length) {
        list_.pop_front();
    }
}

void Combats::start_epoch() {
    list_.clear();
    last_id_ = 0;
}

}  // namespace watchtower::simulator
