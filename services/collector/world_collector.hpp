#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/dependency.hpp"
#include "services/collector/metrics.hpp"
#include "services/collector/model/alerts.hpp"
#include "services/collector/model/world.hpp"
#include "services/collector/options.hpp"
#include "services/collector/owners/owners.hpp"
#include "services/collector/source/client.hpp"
#include "services/collector/world_writer.hpp"

namespace watchtower::collector {

/// What a world's collection needs of the process. All must outlive it; all are thread-safe.
struct Surroundings {
    Servers servers;
    Dependency& game;
    const Clock& clock;
    Owners& owners;
    OutboxLimit& outbox_limit;
};

/// What became of a requested collection.
struct Collected {
    enum class Outcome {
        done,       ///< `tick` is stored or kept, and not older than the request
        not_owned,  ///< another collector's, or nobody's now
        too_late,   ///< nobody collected it within its interval
        failed      ///< somebody else stored another tick, or the tick was given up: to be asked for again
    };
    Outcome outcome = Outcome::failed;
    TimePoint tick;
};

/// Collects one world, tick by tick, as long as this process owns it: fetch, parse, compare, judge; a WorldWriter
/// stores and announces. What is read of a tick is the world's memory at once, whether or not PostgreSQL has taken it.
class WorldCollector {
public:
    /// `owner` is this process as it stands in proto::owner_key.
    WorldCollector(const Options& options,
                   std::size_t position,
                   const std::string& owner,
                   const Surroundings& surroundings,
                   const WorldMetrics& metrics);

    /// Returns when a stop is requested. Each tick is tried from its time until the next one begins.
    void run(const std::stop_token& stop);

    /// After run() has ended: sees to what still waits, see WorldWriter.
    void finish() { writer_.finish(); }

    /// Asks for a tick at this time, beside the scheduled ones. From any thread.
    [[nodiscard]] std::future<Collected> request(TimePoint at);

    /// Looks at once whether the world is owned and something is due. From any thread.
    void wake();

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    struct Request {
        TimePoint at;
        std::promise<Collected> answer;
    };

    void work(const std::stop_token& stop);
    void load();
    void leave();
    [[nodiscard]] std::optional<TimePoint> due(TimePoint now);
    [[nodiscard]] TimePoint next_look(TimePoint now);
    void collect(const std::stop_token& stop, TimePoint tick);
    [[nodiscard]] TickInput read(const std::stop_token& stop, TimePoint tick);
    [[nodiscard]] std::array<SectionRead, proto::kSectionCount> read_sections(
        const std::stop_token& stop, std::chrono::steady_clock::time_point deadline);
    std::optional<proto::SectionError> report(proto::Section section, const SectionRead& result);
    void report_game(const std::array<SectionRead, proto::kSectionCount>& results);
    void note_done(TimePoint tick);
    void answer_older(TimePoint now);
    [[nodiscard]] Waiting::Settled answer_when_settled(TimePoint tick);
    void rest(const std::stop_token& stop, TimePoint until);

    const std::string name_;
    const std::size_t position_;
    const Milliseconds interval_;
    const Milliseconds request_timeout_;
    const Limits limits_;
    const AlertRules alert_rules_;
    const ModerationRules moderation_rules_;
    const Surroundings surroundings_;
    const WorldMetrics metrics_;
    std::array<std::unique_ptr<SectionSource>, proto::kSectionCount> sources_;
    Reading reading_;
    std::optional<WorldMemory> memory_;   ///< nothing: to be loaded
    std::optional<TimePoint> last_tick_;  ///< the newest that is done with, stored or not

    std::mutex mutex_;  ///< for the next three
    std::condition_variable_any wake_;
    bool woken_ = false;
    std::vector<Request> requests_;
    WorldWriter writer_;  ///< last: wakes this
};

}  // namespace watchtower::collector
