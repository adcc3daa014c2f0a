#include "services/ccc-simulator/observer.hpp"

#include <algorithm>

namespace watchtower::simulator {

namespace {

std::vector<Reading::Balance> read_balances(const Population& people) {
    std::vector<Reading::Balance> balances;
    balances.reserve(people.present().size());
    for (const PlayerIndex index : people.present()) {
        balances.push_back({index, people.players()[index].gold, people.players()[index].spice});
    }
    return balances;
}

std::vector<Reading::Done> read_done(const Population& people) {
    std::vector<Reading::Done> done;
    done.reserve(people.present().size());
    for (const PlayerIndex index : people.present()) {
        Reading::Done& player = done.emplace_back();
        player.player = index;
        for (NomadIndex i = people.players()[index].newest_nomad; i != kNone; i = people.nomads()[i].older) {
            for (std::size_t action = 0; action < kActionCount; ++action) {
                player.actions[action] += people.nomads()[i].done[action];
            }
        }
    }
    return done;
}

void change(Observer::Resource& resource, Millionths before, Millionths now) {
    (now > before ? resource.collected : resource.spent) += proto::Amount{now > before ? now - before : before - now};
}

}  // namespace

Reading read(proto::Section section, const World& world) {
    Reading reading;
    reading.section = section;
    reading.epoch = world.epoch();
    reading.step = world.step_number();
    switch (section) {
        case proto::Section::nomads:
            reading.done = read_done(world.people());
            break;
        case proto::Section::resources:
            reading.balances = read_balances(world.people());
            break;
        case proto::Section::dwellings:
            break;
        case proto::Section::pvp:
            reading.combats.assign(world.combats().list().begin(), world.combats().list().end());
            break;
        case proto::Section::events:
            reading.events.assign(world.events().list().begin(), world.events().list().end());
            break;
    }
    return reading;
}

Observer::Known& Observer::known(PlayerIndex player) {
    if (player >= known_.size()) {
        known_.resize(std::size_t{player} + 1);
    }
    return known_[player];
}

void Observer::take(const Reading& reading) {
    const std::size_t section = proto::index(reading.section);
    const auto last = std::pair(epochs_[section], steps_[section]);
    if (readings_[section] > 0 && std::pair(reading.epoch, reading.step) <= last) {
        return;
    }
    if (reading.epoch != epochs_[section]) {
        forget(reading.section);
    }
    epochs_[section] = reading.epoch;
    steps_[section] = reading.step;
    ++readings_[section];
    if (reading.section == proto::Section::resources) {
        take_balances(reading);
    } else if (reading.section == proto::Section::nomads) {
        take_done(reading);
    }
    for (const Combat& combat : reading.combats) {
        if (combat.id > last_combat_) {
            last_combat_ = combat.id;
            combats_[static_cast<std::size_t>(combat.type)].add(combat);
        }
    }
    for (const Event& event : reading.events) {
        if (event.id > last_event_) {
            last_event_ = event.id;
            events_[static_cast<std::size_t>(event.type)].add(event);
        }
    }
}

void Observer::forget(proto::Section section) {
    if (section == proto::Section::pvp) {
        last_combat_ = 0;
    } else if (section == proto::Section::events) {
        last_event_ = 0;
    }
    for (Known& player : known_) {
        if (section == proto::Section::nomads) {
            player.has_done = false;
            player.done = {};
        } else if (section == proto::Section::resources && player.balance) {
            gold_.left += proto::Amount{player.balance->gold};
            spice_.left += proto::Amount{player.balance->spice};
            player.balance.reset();
        }
    }
}

void Observer::take_balances(const Reading& reading) {
    const bool first = readings_[proto::index(proto::Section::resources)] == 1;
    std::vector<bool> here(known_.size());
    for (const auto& now : reading.balances) {
        Known& player = known(now.player);
        if (now.player < here.size()) {
            here[now.player] = true;
        }
        if (player.balance) {
            change(gold_, player.balance->gold, now.gold);
            change(spice_, player.balance->spice, now.spice);
        } else {
            (first ? gold_.start : gold_.joined) += proto::Amount{now.gold};
            (first ? spice_.start : spice_.joined) += proto::Amount{now.spice};
        }
        player.balance = now;
    }
    for (std::size_t i = 0; i < here.size(); ++i) {
        if (!here[i] && known_[i].balance) {
            gold_.left += proto::Amount{known_[i].balance->gold};
            spice_.left += proto::Amount{known_[i].balance->spice};
            known_[i].balance.reset();
        }
    }
}

void Observer::take_done(const Reading& reading) {
    const std::uint64_t number = readings_[proto::index(proto::Section::nomads)];
    for (const auto& now : reading.done) {
        Known& player = known(now.player);
        const bool returned = player.has_done && player.last_reading + 1 < number;
        for (std::size_t action = 0; action < kActionCount; ++action) {
            const std::uint64_t before = player.done[action];
            actions_[action] += now.actions[action] - std::min(before, now.actions[action]);
            returned_actions_[action] += returned ? std::min(before, now.actions[action]) : 0;
        }
        player.has_done = true;
        player.last_reading = number;
        player.done = now.actions;
    }
}

}  // namespace watchtower::simulator
