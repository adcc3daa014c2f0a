#pragma once

#include <cstdint>

namespace watchtower::simulator {

/// The world's dice: splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014) and our own
/// distributions, because those of the standard library differ between implementations. Not thread-safe.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    [[nodiscard]] std::uint64_t next();
    /// In [0, 1).
    [[nodiscard]] double uniform();
    /// In [0, bound); bound is at most 2^32 and not 0.
    [[nodiscard]] std::uint32_t below(std::uint64_t bound);
    /// In [least, most].
    [[nodiscard]] std::int64_t between(std::int64_t least, std::int64_t most);
    [[nodiscard]] bool chance(double probability) { return uniform() < probability; }
    /// How many of many rare things happen when `mean` do on average.
    [[nodiscard]] std::uint32_t poisson(double mean);

private:
    std::uint64_t state_;
};

}  // namespace watchtower::simulator
