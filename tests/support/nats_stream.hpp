#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/nats/message.hpp"

namespace watchtower::test {

/// All messages that a JetStream stream keeps of a subject, in its order. Throws std::runtime_error when it cannot be
/// read.
[[nodiscard]] std::vector<nats::Message> read_stream(const std::string& url,
                                                     const std::string& stream,
                                                     const std::string& subject);

/// When the server stored each of them. Throws as read_stream.
[[nodiscard]] std::vector<TimePoint> storing_times(const std::string& url,
                                                   const std::string& stream,
                                                   const std::string& subject);

/// As an operator makes it: a stream that so many servers of a cluster keep. Throws as read_stream.
void make_stream(const std::string& url,
                 const std::string& stream,
                 const std::vector<std::string>& subjects,
                 int servers);

/// What a test asks of a stream's settings. Throws as read_stream.
struct StreamSettings {
    std::vector<std::string> subjects;
    std::int64_t max_age_seconds = 0;
    std::int64_t duplicate_window_seconds = 0;
};
[[nodiscard]] StreamSettings stream_settings(const std::string& url, const std::string& stream);

}  // namespace watchtower::test
