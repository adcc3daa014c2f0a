#include "services/ccc-simulator/economy.hpp"

namespace watchtower::simulator {

Millionths Treasury::amount(Random& random, std::int64_t least, std::int64_t most) const {
    const Millionths whole = random.between(least, most) * kUnit;
    if (!fractions_ || whole == 0) {
        return whole;
    }
    // A power of ten takes away digits, so that every number of decimals occurs.
    Millionths step = 1;
    for (std::uint32_t digits = random.below(6); digits > 0; --digits) {
        step *= 10;
    }
    return whole - kUnit + random.between(1, kUnit / step) * step;
}

void Treasury::give(Millionths& balance, Flow& flow, Millionths amount) {
    balance += amount;
    flow.income += proto::Amount{amount};
}

bool Treasury::pay(Millionths& balance, Flow& flow, Millionths amount) {
    if (balance < amount) {
        return false;
    }
    balance -= amount;
    flow.spent += proto::Amount{amount};
    return true;
}

void Treasury::player_joins(const Player& player) {
    gold_.joined += proto::Amount{player.gold};
    spice_.joined += proto::Amount{player.spice};
}

void Treasury::player_leaves(const Player& player) {
    gold_.left += proto::Amount{player.gold};
    spice_.left += proto::Amount{player.spice};
}

}  // namespace watchtower::simulator
