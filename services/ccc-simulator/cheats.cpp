#include "services/ccc-simulator/cheats.hpp"

#include <cmath>

namespace watchtower::simulator {

namespace {

/// From `least` at strength 0 to `most` at strength 1, in equal ratios.
double graded(double least, double most, float strength) {
    return least * std::pow(most / least, static_cast<double>(strength));
}

/// How much comes in the second that ends with this step when so much comes each second.
std::uint64_t within(double a_second, std::uint32_t step) {
    const auto until = [a_second](std::uint32_t end) { return static_cast<std::uint64_t>(a_second * end); };
    return until(step) - until(step - 1);
}

}  // namespace

float cheat_strength(std::uint64_t seed, PlayerIndex player) {
    return static_cast<float>(Random(seed ^ (std::uint64_t{player} << 32U)).uniform());
}

std::uint32_t cheats_in(Cheat cheat, float strength, std::uint32_t step) {
    double a_second = 0;
    switch (cheat) {
        case Cheat::moves:
            a_second = graded(1, 20, strength);
            break;
        case Cheat::nomads:
            a_second = graded(1.0 / 300, 1.0 / 5, strength);
            break;
        case Cheat::levels:
            a_second = graded(1.0 / 1200, 1.0 / 7.5, strength);
            break;
        case Cheat::gold:
        case Cheat::none:
            break;
    }
    return static_cast<std::uint32_t>(within(a_second, step));
}

Millionths gold_in(float strength, std::uint32_t step) {
    return static_cast<Millionths>(within(graded(20.0 / 60, 3'000.0 / 60, strength), step)) * kUnit;
}

}  // namespace watchtower::simulator
