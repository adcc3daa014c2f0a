#pragma once

#include <cstdint>

#include "services/ccc-simulator/players.hpp"

/// How much players who do not play fair do within a second. Pure.
namespace watchtower::simulator {

/// A cheater's strength from his number and the world's seed: in [0, 1), all alike likely. It takes no dice
/// of the world.
[[nodiscard]] float cheat_strength(std::uint64_t seed, PlayerIndex player);

/// How often within the step's second a cheat happens, evenly over the time. Of strength 0 and of strength 1, and in
/// equal ratios between:
/// `moves`: one and twenty moves a second; `nomads`: a nomad each five minutes and each five seconds; `gold`: see
/// gold_in; `levels`: a level each twenty minutes and each seven seconds and a half.
[[nodiscard]] std::uint32_t cheats_in(Cheat cheat, float strength, std::uint32_t step);

/// The gold that comes out of nothing within a second: twenty a minute at strength 0, three thousand at strength 1.
[[nodiscard]] Millionths gold_in(float strength, std::uint32_t step);

}  // namespace watchtower::simulator
