#pragma once

#include "services/ccc-simulator/economy.hpp"
#include "services/ccc-simulator/players.hpp"
#include "services/ccc-simulator/random.hpp"

namespace watchtower::simulator {

/// What happens to the counters of a nomad that dies in a lost combat.
enum class NomadDeaths {
    none,     ///< nomads do not die
    inherit,  ///< another nomad of the player has them: the player's sum never falls
    lose      ///< they are gone: the player's sum falls
};

struct WorldOptions {
    std::uint64_t seed = 1;
    std::uint32_t players = 200;       ///< in the game at the start, and on average later
    std::uint32_t list_length = 1000;  ///< how many combats and events the lists show
    double activity = 1;               ///< multiplies how often players act
    double churn = 1;                  ///< multiplies how often players come and leave; 0: never
    double returns = 0.3;              ///< share of those who come that were there before, while there are any
    double cheaters = 0.005;           ///< share of the players at the start
    bool fractions = false;            ///< amounts have up to six decimals
    NomadDeaths deaths = NomadDeaths::none;
};

/// What the parts of a world share: everything that a rule may read and change.
struct Realm {
    WorldOptions options;
    Random random{0};
    Treasury treasury{false};
    Population people;
    std::uint32_t step = 0;  ///< game seconds since the epoch began
};

}  // namespace watchtower::simulator
