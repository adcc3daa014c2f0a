#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "tests/support/world_stores.hpp"

namespace watchtower::test {

/// In a collector's place: stores a new state of the default world at each tick, in PostgreSQL and in Redis, and
/// announces it, until it is destroyed. What PostgreSQL did not take is tried again until it does.
class FastCollector {
public:
    FastCollector(const WorldStores& stores, Milliseconds interval);
    FastCollector(const FastCollector&) = delete;
    FastCollector& operator=(const FastCollector&) = delete;

    /// The document of each tick stored so far.
    [[nodiscard]] std::string document_of(TimePoint tick) const;
    [[nodiscard]] TimePoint newest() const;

private:
    void run(const std::stop_token& stop);

    const WorldStores& stores_;
    const Milliseconds interval_;
    nats::Client nats_;
    mutable std::mutex mutex_;
    std::map<TimePoint, std::string> documents_;
    std::jthread thread_;
};

/// The publication times of documents, from their Nats-Msg-Id, in their order. Throws BadInput for another message.
[[nodiscard]] std::vector<TimePoint> publication_times(const std::vector<nats::Message>& messages);

/// Where a time is not `interval` after the one before; empty: nowhere.
[[nodiscard]] std::string gaps(const std::vector<TimePoint>& times, Milliseconds interval);

/// Which of these messages do not carry the document of their time; empty: all do. One that came late and says so is
/// left out, as long as most are in time.
[[nodiscard]] std::string wrong_documents(const std::vector<nats::Message>& messages, const FastCollector& collector);

}  // namespace watchtower::test
