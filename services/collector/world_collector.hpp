#pragma once

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "services/collector/metrics.hpp"
#include "services/collector/model/world.hpp"
#include "services/collector/options.hpp"
#include "services/collector/source/client.hpp"
#include "services/collector/store/store.hpp"

namespace watchtower::collector {

/// What a world's collection needs of the outside. All must outlive it; all are thread-safe.
struct Outside {
    postgres::Client& postgres;
    redis::Client& redis;
    nats::Client& nats;
    Dependency& game;
    const Clock& clock;
};

/// Collects one world, tick by tick: fetch, parse, compare, store, announce. One thread.
class WorldCollector {
public:
    WorldCollector(const Options& options, std::size_t position, const Outside& outside, const WorldMetrics& metrics);

    /// Returns when a stop is requested. Each tick is tried from its time until the next one begins; what fails is
    /// counted, logged and tried again.
    void run(const std::stop_token& stop);

private:
    void collect(const std::stop_token& stop, TimePoint tick);
    [[nodiscard]] TickInput read(const std::stop_token& stop, TimePoint tick);
    std::optional<proto::SectionError> report(proto::Section section, const SectionRead& result);
    void report_game(const std::array<SectionRead, proto::kSectionCount>& results);
    void save(const std::stop_token& stop, Step step);
    [[nodiscard]] Store::Outcome store_until(const std::stop_token& stop, TickWrite& write, bool& in_doubt);
    void announce(const proto::State& state);
    void note_skipped(TimePoint tick);

    const std::string name_;
    const std::size_t position_;
    const Milliseconds interval_;
    const Milliseconds request_timeout_;
    const Limits limits_;
    Outside outside_;
    WorldMetrics metrics_;
    std::array<std::unique_ptr<SectionSource>, proto::kSectionCount> sources_;
    Store store_;
    Reading reading_;
    std::optional<WorldMemory> memory_;   ///< nothing: to be loaded
    std::optional<TimePoint> last_tick_;  ///< the newest that is done with, stored or not
};

}  // namespace watchtower::collector
