#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "services/collector/tasks/contact.hpp"
#include "services/collector/tasks/task.hpp"

namespace watchtower::collector {

/// One collector's part in the consumer group of the tasks' stream: what it claims, and what it tells of it. Each call
/// is one step of Redis. A claim holds until it was not renewed for `claim`; then any collector may take it.
///
/// Threads: all functions may be called from any. Failures: as the client's; the group is made anew when Redis has
/// forgotten it.
class TaskClaims {
public:
    struct Options {
        std::string consumer;                            ///< this collector's id, which no other one has
        Milliseconds claim{10'000};                      ///< the same in all collectors
        Milliseconds settling{5'000};                    ///< longer than collectors need to find Redis again
        Milliseconds lifetime = std::chrono::hours(24);  ///< of what is known of a task, after its last change
        int most_attempts = 3;
        int most_dead_letters = 1000;
    };

    /// What a look for work brought.
    struct Taken {
        std::optional<ClaimedTask> task;
        /// Id and kind of those that were given up, as each of their attempts ended with its collector.
        std::vector<std::pair<std::string, std::string>> given_up;
    };

    /// Whether a claim was still ours when an attempt ended.
    enum class Ending { again, dead, lost };

    /// What Redis holds.
    struct Backlog {
        std::int64_t queued = 0;  ///< unfinished ones
        std::int64_t dead_letters = 0;
        Milliseconds oldest{0};  ///< since the oldest unfinished one was queued
    };

    explicit TaskClaims(Options options);

    /// Claims a task if there is one: first what was handed to this collector, then, in turns, what is new and what
    /// waits or is abandoned. `running`: the entries that are being done here. Nothing is taken over until Redis has
    /// been heard steadily for `settling`, as nobody could renew while it was away.
    [[nodiscard]] Taken take(redis::Client& redis, const std::vector<std::string>& running);

    /// Waits until something new is there or `longest` has passed; it is claimed with the next take.
    void wait_for_new(redis::Client& redis, Milliseconds longest) const;

    /// Renews these; the ones that others have by now.
    [[nodiscard]] std::vector<std::string> renew(redis::Client& redis, const std::vector<std::string>& running) const;

    /// False: the claim is lost, and another collector's result counts.
    [[nodiscard]] bool finish(redis::Client& redis, const ClaimedTask& task, std::optional<TimePoint> tick) const;

    /// An attempt failed; the next one waits. `error` is what the task shows, `detail` what the operator needs.
    [[nodiscard]] Ending fail(redis::Client& redis,
                              const ClaimedTask& task,
                              std::string_view error,
                              std::string_view detail,
                              Milliseconds wait) const;

    /// The attempt does not count: any collector may take it after `wait` (`claim` at most).
    [[nodiscard]] Ending give_back(redis::Client& redis, const ClaimedTask& task, Milliseconds wait) const;

    /// The same, but one that was queued longer than `patience` ago is given up with this error.
    [[nodiscard]] Ending put_off(redis::Client& redis,
                                 const ClaimedTask& task,
                                 Milliseconds wait,
                                 Milliseconds patience,
                                 std::string_view error) const;

    /// To one collector, which takes it with its next look; if it does not, any other may after `claim`.
    [[nodiscard]] Ending hand_over(redis::Client& redis, const ClaimedTask& task, std::string_view consumer) const;

    /// To be asked several times in a claim's time, so that it is known how steadily Redis is heard.
    [[nodiscard]] Backlog backlog(redis::Client& redis);

    /// Leaves the group; what is still claimed may be taken at once.
    void leave(redis::Client& redis) const;

    /// Drops the names of collectors that are long gone.
    void forget_consumers(redis::Client& redis) const;

    [[nodiscard]] const std::string& consumer() const { return options_.consumer; }

private:
    using Words = std::vector<std::string_view>;

    redis::Reply run(redis::Client& redis, const redis::Script& script, const Words& more) const;
    [[nodiscard]] Ending move(redis::Client& redis, const redis::Script& script, const Words& more) const;

    const Options options_;
    const std::string claim_;
    const std::string lifetime_;
    const std::string most_attempts_;
    const std::string most_dead_letters_;
    const std::string runner_;  ///< this process: a later one of the same id is another
    Contact contact_;
    bool new_first_ = false;  ///< only take uses it, under its caller's turn
};

}  // namespace watchtower::collector
