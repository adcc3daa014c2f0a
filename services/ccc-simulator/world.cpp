#include "services/ccc-simulator/world.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "services/ccc-simulator/cheats.hpp"

namespace watchtower::simulator {

namespace {

constexpr std::uint32_t kDay = 86'400;
constexpr double kMeanStay = 3.0 * kDay;            ///< seconds of a player in the game
constexpr double kLowestClassPerSecond = 1.0 / 60;  ///< actions of its players at their best hour
constexpr std::uint16_t kMostNomads = 24;
constexpr std::uint32_t kMostDwellings = 12;
constexpr int kHighestTower = 1'000;

/// How likely each action is, in hundredths.
constexpr std::array<std::uint32_t, kActionCount> kActionShare = {45, 7, 15, 8, 10, 15};

std::uint64_t epoch_seed(std::uint64_t seed, std::uint32_t epoch) {
    return Random(seed ^ (std::uint64_t{epoch} << 48U)).next();
}

Action choose_action(Random& random) {
    std::uint32_t dice = random.below(100);
    std::size_t action = 0;
    while (dice >= kActionShare[action]) {
        dice -= kActionShare[action];
        ++action;
    }
    return static_cast<Action>(action);
}

/// The rhythm of the day for all: least at six in the morning.
double rhythm(std::uint32_t step) {
    return 1 - 0.5 * std::sin(2 * std::numbers::pi * (step % kDay) / kDay);
}

/// How awake a player is that many 256ths of a day from the hour played most.
double awake(std::uint8_t distance) {
    static const auto kTable = [] {
        std::array<double, 256> values{};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double wave = 0.5 + 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / 256);
            values[i] = 0.1 + 0.9 * wave * wave;
        }
        return values;
    }();
    return kTable[distance];
}

Cheat cheat_of(std::uint32_t index, const WorldOptions& options) {
    const auto cheaters = static_cast<std::uint32_t>(options.cheaters * options.players);
    return index < cheaters ? static_cast<Cheat>(1 + index % (kCheatNames.size() - 1)) : Cheat::none;
}

}  // namespace

World::World(const WorldOptions& options)
    : realm_{options, Random(epoch_seed(options.seed, 1)), Treasury(options.fractions), {}, 0} {
    populate();
}

void World::reset() {
    while (!realm_.people.present().empty()) {
        leave(realm_.people.present().back());
    }
    ++epoch_;
    realm_.random = Random(epoch_seed(realm_.options.seed, epoch_));
    realm_.people = Population();
    realm_.step = 0;
    combats_.start_epoch();
    events_.start_epoch();
    populate();
}

void World::populate() {
    for (std::uint32_t i = 0; i < realm_.options.players; ++i) {
        join(realm_.people.create(
            realm_.random, cheat_of(i, realm_.options), cheat_strength(realm_.options.seed + epoch_, i)));
    }
}

void World::join(PlayerIndex index) {
    Player& player = realm_.people.player(index);
    player.gold = realm_.treasury.amount(realm_.random, 50, 150);
    player.spice = realm_.treasury.amount(realm_.random, 0, 50);
    player.dwellings[0] = 1;
    realm_.treasury.player_joins(player);
    ++traffic_.joined;
}

void World::leave(PlayerIndex index) {
    realm_.treasury.player_leaves(realm_.people.player(index));
    realm_.people.leave(index);
    ++traffic_.left;
}

void World::come_back(PlayerIndex index) {
    realm_.people.come_back(index);
    realm_.treasury.player_joins(realm_.people.player(index));
    ++traffic_.returned;
}

void World::step() {
    ++realm_.step;
    let_players_come_and_leave();
    let_players_act();
    let_cheaters_cheat();
    events_.step(realm_);
}

void World::recall() {
    step();
    while (!realm_.people.away().empty()) {
        come_back(realm_.people.away().back());
    }
}

void World::make_cheat(std::uint32_t players, Cheat cheat, int percent) {
    step();
    auto& people = realm_.people;
    if (cheat == Cheat::none) {
        const std::vector<PlayerIndex> cheaters = people.cheaters();
        for (const PlayerIndex player : cheaters) {
            people.set_cheat(player, Cheat::none, 0);
        }
        return;
    }
    std::uint32_t made = 0;
    for (auto player = people.present().begin(); player != people.present().end() && made < players; ++player) {
        if (people.players()[*player].cheat == Cheat::none) {
            people.set_cheat(*player, cheat, static_cast<float>(percent) / 100);
            ++made;
        }
    }
}

void World::hoard(int percent) {
    step();
    auto& people = realm_.people;
    const auto count = static_cast<Millionths>(people.present().size());
    if (count < 2) {
        return;
    }
    Millionths total = 0;
    for (const PlayerIndex player : people.present()) {
        total += people.player(player).gold;
    }
    const Millionths of_each = total / 100 * (100 - percent) / (count - 1) / kUnit * kUnit;
    for (const PlayerIndex index : people.present()) {
        const Millionths due = index == people.present().front() ? total - (count - 1) * of_each : of_each;
        Player& player = people.player(index);
        realm_.treasury.pay_gold(player, std::max<Millionths>(player.gold - due, 0));
        realm_.treasury.give_gold(player, std::max<Millionths>(due - player.gold, 0));
    }
}

void World::let_players_come_and_leave() {
    auto& [options, random, treasury, people, step] = realm_;
    const double per_second = options.churn / kMeanStay;
    std::uint32_t leavers = random.poisson(static_cast<double>(people.present().size()) * per_second);
    for (; leavers > 0 && people.present().size() > 1; --leavers) {
        leave(people.present()[random.below(people.present().size())]);
    }
    for (std::uint32_t comers = random.poisson(options.players * per_second); comers > 0; --comers) {
        if (people.away().empty() || !random.chance(options.returns)) {
            join(people.create(random, Cheat::none));
            continue;
        }
        come_back(people.away()[random.below(people.away().size())]);
    }
}

void World::let_players_act() {
    auto& [options, random, treasury, people, step] = realm_;
    const auto now = static_cast<std::uint8_t>(step % kDay * 256 / kDay);
    double rate = kLowestClassPerSecond * options.activity * rhythm(step);
    for (std::size_t activity = 0; activity < Population::kClasses; ++activity, rate *= 2) {
        const auto& players = people.of_class(activity);
        for (std::uint32_t tries = random.poisson(rate * static_cast<double>(players.size())); tries > 0; --tries) {
            const PlayerIndex player = players[random.below(players.size())];
            if (random.chance(awake(static_cast<std::uint8_t>(now - people.player(player).peak)))) {
                act(player, choose_action(random));
            }
        }
    }
}

void World::let_cheaters_cheat() {
    auto& [options, random, treasury, people, step] = realm_;
    for (const PlayerIndex index : people.cheaters()) {
        Player& player = people.player(index);
        if (!player.present()) {
            continue;
        }
        for (std::uint32_t times = cheats_in(player.cheat, player.strength, step); times > 0; --times) {
            if (player.cheat == Cheat::moves) {
                act(index, Action::move);
            } else if (player.cheat == Cheat::nomads && player.nomads < 20 * kMostNomads) {
                people.add_nomad(index);
            } else if (player.cheat == Cheat::levels) {
                player.tower = static_cast<std::uint16_t>(
                    std::min(std::max<int>(player.tower, kDwellingLevels) + 1, kHighestTower));
            }
        }
        if (player.cheat == Cheat::gold) {
            treasury.give_gold(player, gold_in(player.strength, step));
        }
    }
}

void World::act(PlayerIndex player, Action action) {
    realm_.people.act(realm_.people.random_nomad(player, realm_.random), action, realm_.step);
    ++actions_[static_cast<std::size_t>(action)];
    take_effect(player, action);
}

void World::take_effect(PlayerIndex index, Action action) {
    auto& [options, random, treasury, people, step] = realm_;
    Player& player = people.player(index);
    switch (action) {
        case Action::move:
            break;
        case Action::attack:
            combats_.fight(realm_, index);
            break;
        case Action::explore:
            treasury.give_spice(player, treasury.amount(random, 1, 12));
            break;
        case Action::build:
            build(index);
            break;
        case Action::trade:
            trade(player);
            break;
        case Action::gather:
            treasury.give_gold(player, treasury.amount(random, 2, 20));
            break;
    }
}

void World::trade(Player& player) {
    auto& [options, random, treasury, people, step] = realm_;
    if (random.chance(0.5)) {
        if (treasury.pay_spice(player, treasury.amount(random, 5, 30))) {
            treasury.give_gold(player, treasury.amount(random, 5, 40));
        }
    } else if (treasury.pay_gold(player, treasury.amount(random, 5, 60))) {
        treasury.give_spice(player, treasury.amount(random, 1, 20));
    }
}

void World::build(PlayerIndex index) {
    auto& [options, random, treasury, people, step] = realm_;
    Player& player = people.player(index);
    if (random.chance(0.25)) {
        if (player.nomads < kMostNomads && treasury.pay_gold(player, treasury.amount(random, 40, 80))) {
            people.add_nomad(index);
        }
        return;
    }
    const auto level = random.below(kDwellingLevels);
    if (level == 0 || player.dwellings[level - 1] == 0) {
        if (player.dwelling_count() < kMostDwellings && treasury.pay_gold(player, treasury.amount(random, 15, 40))) {
            ++player.dwellings[0];
        }
        return;
    }
    if (treasury.pay_spice(player, treasury.amount(random, 5, 20) * level)) {
        --player.dwellings[level - 1];
        ++player.dwellings[level];
    }
}

}  // namespace watchtower::simulator
