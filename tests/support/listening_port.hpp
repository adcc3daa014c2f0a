#pragma once

#include <string>

namespace watchtower::test {

/// The port that a server of Prometheus's makers, told to listen on port 0 of 127.0.0.1, says in its log that it got;
/// 0 before that.
inline int listening_port(const std::string& log) {
    static const std::string kBefore = R"(msg="Listening on" address=127.0.0.1:)";
    const std::size_t at = log.find(kBefore);
    return at == std::string::npos || log.find('\n', at) == std::string::npos
               ? 0
               : std::stoi(log.substr(at + kBefore.size()));
}

}  // namespace watchtower::test
