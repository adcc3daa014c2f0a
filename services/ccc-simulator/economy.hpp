#pragma once

#include "proto-json/amount.hpp"
#include "services/ccc-simulator/players.hpp"

namespace watchtower::simulator {

/// How a stock came to be: stock = joined + income - spent - left, exactly, over all epochs.
struct Flow {
    proto::Amount income;
    proto::Amount spent;
    proto::Amount joined;  ///< what players had when they came (back) into the game
    proto::Amount left;    ///< what they had when they left it
};

/// The only one who changes balances of players in the game. Not thread-safe.
class Treasury {
public:
    /// With `fractions` amounts have up to six decimals, else they are whole.
    explicit Treasury(bool fractions) : fractions_(fractions) {}

    /// From least to most units.
    [[nodiscard]] Millionths amount(Random& random, std::int64_t least, std::int64_t most) const;

    void give_gold(Player& player, Millionths amount) { give(player.gold, gold_, amount); }
    void give_spice(Player& player, Millionths amount) { give(player.spice, spice_, amount); }
    /// False, and nothing is done, when the player has less.
    bool pay_gold(Player& player, Millionths amount) { return pay(player.gold, gold_, amount); }
    bool pay_spice(Player& player, Millionths amount) { return pay(player.spice, spice_, amount); }

    void player_joins(const Player& player);
    void player_leaves(const Player& player);

    [[nodiscard]] const Flow& gold() const { return gold_; }
    [[nodiscard]] const Flow& spice() const { return spice_; }

private:
    static void give(Millionths& balance, Flow& flow, Millionths amount);
    static bool pay(Millionths& balance, Flow& flow, Millionths amount);

    bool fractions_;
    Flow gold_;
    Flow spice_;
};

}  // namespace watchtower::simulator
