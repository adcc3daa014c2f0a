#include "common/http/delivery.hpp"

#include <algorithm>

namespace watchtower::http {

std::size_t sendable_bytes(const Answer& answer, std::chrono::nanoseconds elapsed) {
    const auto& delivery = answer.delivery;
    const std::size_t body = answer.body ? answer.body->size() : 0;
    const std::size_t most = answer.head.size() + std::min(body, delivery.body_bytes.value_or(body));
    if (delivery.usual()) {
        return most;
    }
    if (elapsed < delivery.delay || delivery.silent) {
        return 0;
    }
    if (delivery.body_bytes_per_second == 0) {
        return most;
    }
    const double seconds = std::chrono::duration<double>(elapsed - delivery.delay).count();
    const double paced = seconds * static_cast<double>(delivery.body_bytes_per_second);
    if (paced >= static_cast<double>(body)) {
        return most;
    }
    return std::min(most, answer.head.size() + static_cast<std::size_t>(paced));
}

bool ends_early(const Answer& answer, std::size_t sent_bytes, std::chrono::nanoseconds elapsed) {
    const auto& delivery = answer.delivery;
    if (delivery.silent) {
        return elapsed >= delivery.delay;
    }
    return delivery.body_bytes && sent_bytes >= answer.head.size() + *delivery.body_bytes;
}

}  // namespace watchtower::http
