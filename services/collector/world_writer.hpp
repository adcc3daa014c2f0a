#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/clock.hpp"
#include "common/nats/client.hpp"
#include "common/postgres/client.hpp"
#include "common/redis/client.hpp"
#include "services/collector/metrics.hpp"
#include "services/collector/outbox/outbox.hpp"
#include "services/collector/store/store.hpp"

namespace watchtower::collector {

/// The servers that the collector writes to. They must outlive who uses them; thread-safe.
struct Servers {
    postgres::Client& postgres;
    redis::Client& redis;
    nats::Client& nats;
};

/// Stores the ticks of one world in their order and shows each as soon as it is kept somewhere: in PostgreSQL, or,
/// while PostgreSQL is away or slow, in the outbox's part in Redis. A thread of its own; the functions may be called
/// from any.
class WorldWriter {
public:
    struct World {
        std::string name;
        std::int64_t position = 0;
        std::string owner;  ///< this process as it stands in proto::owner_key
    };

    /// `on_settled` is called on any thread, must not block, and comes whenever nothing waits any more or what was
    /// written turned out void. `limit` must outlive it.
    WorldWriter(World world,
                const Servers& servers,
                OutboxLimit& limit,
                const WorldMetrics& metrics,
                std::function<void()> on_settled);
    /// Finishes.
    ~WorldWriter();
    WorldWriter(const WorldWriter&) = delete;
    WorldWriter& operator=(const WorldWriter&) = delete;

    /// Takes a tick into the outbox and returns. Void, as everything after a refused one, until load() was called.
    void write(TickWrite write, std::chrono::steady_clock::time_point begun, Waiting::Settled settled = {});

    /// Ticks that are in this process's memory only.
    [[nodiscard]] std::uint64_t ticks_at_risk() const { return outbox_.size().at_risk; }
    /// Ticks that were folded into others, and lost detail by it, since the last call.
    [[nodiscard]] std::uint64_t take_ticks_lost() { return ticks_lost_.exchange(0); }

    [[nodiscard]] bool waits() const { return outbox_.size().ticks > 0; }
    /// Somebody else stored another tick: the memory that writes were made from is void.
    [[nodiscard]] bool refused() const { return refused_; }

    /// Players that were erased and that the makers of writes do not know of yet: for hide_players. Once.
    [[nodiscard]] std::optional<ErasedPlayers> take_erased();

    /// What moderators said meanwhile, the same way: for note_reviews.
    [[nodiscard]] std::optional<Reviewed> take_reviewed();

    /// Stores what an owner before left in Redis, and reads the world as it is then. Throws Unavailable while
    /// PostgreSQL is away or ticks wait for it.
    [[nodiscard]] WorldMemory load();

    /// Stores what waits if PostgreSQL takes it now, else leaves it in Redis; what is lost then is logged. Nothing may
    /// be written afterwards. By one thread.
    void finish();

private:
    void run(const std::stop_token& stop);
    void store(const Waiting& waiting);
    bool wait_for_work(const std::stop_token& stop);
    void note(Store::News news);
    void hide_what_was_shown(const ErasedPlayers& erased);
    void make_void(const TickWrite& write, const std::string& why);
    void keep_and_show() noexcept;
    void make_room();
    void show(TimePoint tick, const std::string& text);
    void note_size();
    void store_kept_ticks(Store& store);
    [[nodiscard]] bool store_kept_tick(Store& store, TimePoint tick, const std::string& text) const;

    const World world_;
    const Servers servers_;
    const WorldMetrics metrics_;
    const std::function<void()> on_settled_;
    Store store_;  ///< the thread's
    KeptTicks kept_;
    Outbox outbox_;
    std::atomic<bool> refused_ = false;
    std::atomic<std::uint64_t> ticks_lost_ = 0;
    std::mutex showing_;              ///< held while Redis is asked
    std::optional<TimePoint> shown_;  ///< under showing_
    std::mutex mutex_;                ///< for the next four; never held while a server is asked
    std::condition_variable_any wake_;
    bool work_ = false;
    std::optional<ErasedPlayers> erased_;
    std::optional<Reviewed> reviewed_;
    std::jthread thread_;  ///< last: ends first
};

}  // namespace watchtower::collector
