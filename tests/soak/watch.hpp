#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/client.hpp"
#include "tests/soak/coverage.hpp"

namespace watchtower::test {

/// Looks at what readers show, several times a second, and notes every counter that falls: what was shown once must
/// never be taken back. Also notes when this machine itself stood still, so that nobody is blamed for that.
class Watch {
public:
    /// `readers`: name and port of whoever serves the game's metrics at /metrics.
    explicit Watch(std::map<std::string, int> readers);
    ~Watch();

    struct Fall {
        TimePoint at;
        std::string what;  ///< reader, series, both values
    };
    [[nodiscard]] std::vector<Fall> falls() const;

    /// When the machine gave this program no time for longer than a tenth of a second.
    [[nodiscard]] std::vector<Standstill> standstills() const;

    /// How many times readers answered.
    [[nodiscard]] std::size_t looks() const;

private:
    void look(const std::string& reader, int port);
    void look_on(const std::stop_token& stop);
    void feel_the_pulse(const std::stop_token& stop);

    const std::map<std::string, int> readers_;
    http::Client client_;
    std::map<std::string, double> highest_;  ///< by reader and series
    mutable std::mutex mutex_;               ///< for what follows
    std::vector<Fall> falls_;
    std::vector<Standstill> standstills_;
    std::size_t looks_ = 0;
    std::jthread looking_;
    std::jthread pulse_;
};

}  // namespace watchtower::test
