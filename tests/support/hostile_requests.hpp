#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace watchtower::test {

/// What somebody sends on a connection who means no good, or whose client is broken, and the only sound reaction.
struct HostileRequest {
    std::string name;
    std::string bytes;
    /// The statuses of all answers, in order; none: the connection ends without one. It always ends.
    std::vector<int> statuses;
};

/// They ask for GET / and GET /health, which are to be 200, and POST /api/v1/metrics/collect, which is to be 403.
[[nodiscard]] const std::vector<HostileRequest>& hostile_requests();

/// Sends the bytes to 127.0.0.1, then ends its side, and reads until the server ends its own: the statuses of the
/// answers. Throws std::runtime_error when that takes more than ten seconds or what comes is no answer.
[[nodiscard]] std::vector<int> statuses_of(const std::string& bytes, std::uint16_t port);

}  // namespace watchtower::test
