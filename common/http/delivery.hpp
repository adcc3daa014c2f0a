#pragma once

#include <chrono>
#include <cstddef>

#include "common/http/answer.hpp"

namespace watchtower::http {

/// How many bytes of the answer, head first, may have been sent so long after it was made.
[[nodiscard]] std::size_t sendable_bytes(const Answer& answer, std::chrono::nanoseconds elapsed);

/// Whether the connection is to end now, though the answer is not complete.
[[nodiscard]] bool ends_early(const Answer& answer, std::size_t sent_bytes, std::chrono::nanoseconds elapsed);

}  // namespace watchtower::http
