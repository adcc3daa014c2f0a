#include "services/ccc-simulator/players.hpp"

#include <algorithm>
#include <numeric>

namespace watchtower::simulator {

namespace {

/// Takes a player out of a list whose order does not matter, in constant time.
void take_out(std::vector<PlayerIndex>& list, std::vector<Player>& players, PlayerIndex index) {
    const std::uint32_t hole = players[index].other_position;
    list[hole] = list.back();
    players[list[hole]].other_position = hole;
    list.pop_back();
}

}  // namespace

std::uint32_t Player::dwelling_count() const {
    return std::accumulate(dwellings.begin(), dwellings.end(), std::uint32_t{0});
}

PlayerIndex Population::create(Random& random, Cheat cheat, float strength) {
    const auto index = static_cast<PlayerIndex>(players_.size());
    Player player;
    while (player.activity + 1U < kClasses && random.chance(kClassShare)) {
        ++player.activity;
    }
    player.peak = static_cast<std::uint8_t>(random.below(256));
    players_.push_back(player);
    set_cheat(index, cheat, strength);
    enter(index);
    add_nomad(index);
    return index;
}

void Population::set_cheat(PlayerIndex index, Cheat cheat, float strength) {
    std::erase(cheaters_, index);
    players_[index].cheat = cheat;
    players_[index].strength = strength;
    if (cheat != Cheat::none) {
        cheaters_.push_back(index);
    }
}

void Population::come_back(PlayerIndex index) {
    take_out(away_, players_, index);
    enter(index);
}

void Population::enter(PlayerIndex index) {
    Player& player = players_[index];
    player.present_position = static_cast<std::uint32_t>(present_.size());
    present_.push_back(index);
    auto& peers = classes_[player.activity];
    player.other_position = static_cast<std::uint32_t>(peers.size());
    peers.push_back(index);
}

void Population::leave(PlayerIndex index) {
    Player& player = players_[index];
    players_[present_.back()].present_position = player.present_position;
    present_[player.present_position] = present_.back();
    present_.pop_back();
    player.present_position = kNone;
    take_out(classes_[player.activity], players_, index);
    player.other_position = static_cast<std::uint32_t>(away_.size());
    away_.push_back(index);
}

NomadIndex Population::add_nomad(PlayerIndex owner) {
    auto index = static_cast<NomadIndex>(nomads_.size());
    if (free_nomads_.empty()) {
        nomads_.emplace_back();
    } else {
        index = free_nomads_.back();
        free_nomads_.pop_back();
    }
    Nomad nomad;
    nomad.id = ++last_nomad_id_;
    nomad.owner = owner;
    nomad.older = players_[owner].newest_nomad;
    nomads_[index] = nomad;
    players_[owner].newest_nomad = index;
    ++players_[owner].nomads;
    return index;
}

void Population::remove_nomad(NomadIndex index, bool inherited) {
    Nomad& nomad = nomads_[index];
    Player& owner = players_[nomad.owner];
    NomadIndex* link = &owner.newest_nomad;
    while (*link != index) {
        link = &nomads_[*link].older;
    }
    *link = nomad.older;
    --owner.nomads;
    if (inherited && owner.newest_nomad != kNone) {
        Nomad& heir = nomads_[owner.newest_nomad];
        std::transform(nomad.done.begin(), nomad.done.end(), heir.done.begin(), heir.done.begin(), std::plus<>());
    }
    nomad = Nomad{};
    nomad.alive = false;
    free_nomads_.push_back(index);
}

void Population::act(NomadIndex index, Action action, std::uint32_t step) {
    Nomad& nomad = nomads_[index];
    ++nomad.done[static_cast<std::size_t>(action)];
    nomad.last_action = action;
    nomad.last_step = step;
    nomad.has_acted = true;
}

NomadIndex Population::random_nomad(PlayerIndex index, Random& random) const {
    const Player& player = players_[index];
    NomadIndex nomad = player.newest_nomad;
    for (std::uint32_t skip = random.below(player.nomads); skip > 0; --skip) {
        nomad = nomads_[nomad].older;
    }
    return nomad;
}

}  // namespace watchtower::simulator
