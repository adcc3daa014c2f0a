#include "common/base/backoff.hpp"

#include <algorithm>

namespace watchtower {

Backoff::Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed)
    : first_(first),
      most_(most),
      bound_(first),
      random_(seed) {}

std::chrono::milliseconds Backoff::next() {
    const auto least = bound_.count() / 10;
    std::uniform_int_distribution<std::int64_t> wait(least, bound_.count());
    bound_ = std::min(most_, bound_ * 2);
    return std::chrono::milliseconds(wait(random_));
}

}  // namespace watchtower
