#pragma once

#include "services/ccc-simulator/combat.hpp"
#include "services/ccc-simulator/events.hpp"
#include "services/ccc-simulator/realm.hpp"

namespace watchtower::simulator {

/// A made-up game that moves in steps of one game second. Options, epoch and number of steps decide everything: no
/// clock, no outside. Players act by their class of activity and their hours of the day, some come, leave and return.
/// Not thread-safe.
class World {
public:
    /// The game's clock begins here in every epoch: 2025-12-08T00:00:00Z, in seconds since 1970.
    static constexpr std::int64_t kStart = 1'765'152'000;

    explicit World(const WorldOptions& options);

    void step();
    /// A step at whose end everybody who left and could return is back.
    void recall();
    /// A step at whose end one player in the game has this share of all the gold there, the others the rest in equal
    /// parts.
    void hoard(int percent);
    /// A step at whose end so many more players in the game cheat so, as strong as that; of Cheat::none nobody does.
    void make_cheat(std::uint32_t players, Cheat cheat, int percent);
    /// Everything from scratch, as another epoch: new players under the old ids. What was counted ever stays.
    void reset();

    [[nodiscard]] const WorldOptions& options() const { return realm_.options; }
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
    /// Game seconds since the epoch began.
    [[nodiscard]] std::uint32_t step_number() const { return realm_.step; }
    [[nodiscard]] const Population& people() const { return realm_.people; }
    [[nodiscard]] const Treasury& treasury() const { return realm_.treasury; }
    [[nodiscard]] const Combats& combats() const { return combats_; }
    [[nodiscard]] const Events& events() const { return events_; }

    /// Every action done, over all epochs and players.
    [[nodiscard]] const ActionCounts& actions() const { return actions_; }
    struct Traffic {
        std::uint64_t joined = 0;    ///< came for the first time, those of the start included
        std::uint64_t returned = 0;  ///< came again
        std::uint64_t left = 0;      ///< those that a reset took included
    };
    [[nodiscard]] const Traffic& traffic() const { return traffic_; }

private:
    void populate();
    void let_players_come_and_leave();
    void let_players_act();
    void let_cheaters_cheat();
    void act(PlayerIndex player, Action action);
    void take_effect(PlayerIndex player, Action action);
    void trade(Player& player);
    void build(PlayerIndex player);
    void come_back(PlayerIndex player);
    void leave(PlayerIndex player);
    void join(PlayerIndex player);

    std::uint32_t epoch_ = 1;
    Realm realm_;
    Combats combats_;
    Events events_;
    ActionCounts actions_{};
    Traffic traffic_;
};

}  // namespace watchtower::simulator
