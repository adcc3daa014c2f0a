#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/collector/outbox/kept_ticks.hpp"
#include "services/collector/outbox/limit.hpp"
#include "services/collector/store/rows.hpp"

namespace watchtower::collector {

/// One write on its way into the database.
struct Waiting {
    /// Told once: true when the tick is stored or kept in Redis, false when it was refused.
    using Settled = std::function<void(bool kept)>;

    TickWrite write;
    std::size_t bytes = 0;                        ///< bytes_of(write)
    std::chrono::steady_clock::time_point begun;  ///< when its collection began
    std::vector<Settled> settled;                 ///< not yet told
    bool kept = false;                            ///< lies in Redis as well, as itself or in the parts it was folded of
    std::vector<TimePoint> in_redis;              ///< itself or parts of it, by their ticks
    std::size_t redis_bytes = 0;                  ///< of these
};

/// The writes of one world that the database has not taken yet, oldest first, in memory and, as far as keep() came, in
/// Redis. Thread-safe.
///
/// When all worlds together exceed the limit, the world that makes room folds its oldest writes into one until they do
/// not, then drops their states; of a world at least the newest write is left. The write handed out by front() is left
/// alone. What was kept in Redis before it was folded stays there in parts until these take more than twice its room: a
/// full outbox sends little more than each new tick.
class Outbox {
public:
    Outbox(KeptTicks kept, OutboxLimit& limit) : kept_(std::move(kept)), limit_(limit) {}
    ~Outbox() { clear(); }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// True: nothing waits before it.
    bool push(std::shared_ptr<Waiting> waiting);

    struct Room {
        std::size_t folded = 0;   ///< how many ticks lost detail for it
        std::size_t dropped = 0;  ///< how many states were dropped for it
    };
    /// Keeps to the limit; to be called after each push, and after keep() if that is called: what is kept already need
    /// not be sent again when it is folded.
    Room make_room();

    /// The oldest, which stays; null when nothing waits.
    [[nodiscard]] std::shared_ptr<Waiting> front();
    /// After front() was stored: it is gone, from Redis as well if Redis can be reached.
    void pop();
    /// All are void.
    void clear();

    /// Puts into Redis what is not there. True: all that waits is there. Throws nothing: false when Redis is away or
    /// this process is not the owner.
    bool keep();

    /// The state that readers may see: that of the newest write, once it lies in Redis; before that nothing.
    struct Shown {
        TimePoint tick;
        std::string text;
    };
    [[nodiscard]] std::optional<Shown> newest_kept() const;

    struct Size {
        std::size_t ticks = 0;    ///< folded ones count by themselves
        std::size_t bytes = 0;    ///< see bytes_of
        std::size_t at_risk = 0;  ///< ticks that are in this process's memory only
    };
    [[nodiscard]] Size size() const;

private:
    [[nodiscard]] std::shared_ptr<Waiting> first_not_kept() const;
    void forget(std::vector<TimePoint> ticks);

    KeptTicks kept_;
    OutboxLimit& limit_;
    mutable std::mutex mutex_;  ///< for the next three; never held while Redis is asked
    std::deque<std::shared_ptr<Waiting>> waiting_;
    bool front_in_use_ = false;
    std::mutex keeping_;                ///< one at a time asks Redis; taken before mutex_
    std::vector<TimePoint> to_forget_;  ///< under keeping_: stored ticks that still lie in Redis
};

}  // namespace watchtower::collector
