#include "services/collector/model/state_id.hpp"

#include <random>

namespace watchtower::collector {

StateId new_state_id() {
    constexpr std::size_t kWords = 4;
    constexpr std::size_t kDigitsInWord = 8;
    constexpr auto kDigits = "0123456789abcdef";
    std::random_device random;
    StateId id;
    for (std::size_t i = 0; i < kWords; ++i) {
        auto word = random();
        for (std::size_t digit = 0; digit < kDigitsInWord; ++digit) {
            id.text += kDigits[word & 15U];
            word >>= 4U;
        }
    }
    return id;
}

}  // namespace watchtower::collector
