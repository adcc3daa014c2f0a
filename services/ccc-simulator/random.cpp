#include "services/ccc-simulator/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace watchtower::simulator {

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

double Random::uniform() {
    return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

std::uint32_t Random::below(std::uint64_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
}

std::int64_t Random::between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
}

std::uint32_t Random::poisson(double mean) {
    constexpr double kMostByProduct = 30;
    if (mean <= 0) {
        return 0;
    }
    if (mean > kMostByProduct) {
        // The normal approximation (Box and Muller): exp(-mean) would soon be 0.
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        const double normal = radius * std::cos(2 * std::numbers::pi * uniform());
        return static_cast<std::uint32_t>(std::max(0.0, std::round(mean + std::sqrt(mean) * normal)));
    }
    const double limit = std::exp(-mean);
    std::uint32_t count = 0;
    double product = uniform();
    while (product > limit) {
        product *= uniform();
        ++count;
    }
    return count;
}

}  // namespace watchtower::simulator
