#pragma once

#include <deque>

#include "services/ccc-simulator/realm.hpp"

namespace watchtower::simulator {

enum class CombatType : std::uint8_t { attack, raid };
inline constexpr std::array<std::string_view, 2> kCombatNames = {"attack", "raid"};

struct Combat {
    std::uint64_t id = 0;  ///< from 1 in each epoch
    CombatType type = CombatType::attack;
    bool success = false;
    PlayerIndex attacker = kNone;
    PlayerIndex defender = kNone;
    std::uint32_t destroyed_dwellings = 0;
};

struct CombatTotals {
    std::uint64_t total = 0;
    std::uint64_t successful = 0;
    std::uint64_t destroyed_dwellings = 0;

    void add(const Combat& combat);
};

/// The combats of a world: the newest ones and what was counted over all epochs.
class Combats {
public:
    /// `attacker` fights somebody else in the game; nothing happens when nobody else is there.
    void fight(Realm& realm, PlayerIndex attacker);
    void start_epoch();

    [[nodiscard]] const std::deque<Combat>& list() const { return list_; }
    [[nodiscard]] const std::array<CombatTotals, kCombatNames.size()>& by_type() const { return by_type_; }

private:
    std::deque<Combat> list_;
    std::array<CombatTotals, kCombatNames.size()> by_type_;
    std::uint64_t last_id_ = 0;
};

}  // namespace watchtower::simulator
