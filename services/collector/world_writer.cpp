#include "services/collector/world_writer.hpp"

#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "common/world_state/redis_states.hpp"
#include "proto-json/names.hpp"
#include "services/collector/erasure/redis_state.hpp"
#include "services/collector/outbox/codec.hpp"

namespace watchtower::collector {

namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kFirstRetry{100};
constexpr Milliseconds kMostRetry{2'000};

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

}  // namespace

WorldWriter::WorldWriter(World world,
                         const Servers& servers,
                         OutboxLimit& limit,
                         const WorldMetrics& metrics,
                         std::function<void()> on_settled)
    : world_(std::move(world)),
      servers_(servers),
      metrics_(metrics),
      on_settled_(std::move(on_settled)),
      store_(servers.postgres),
      kept_(servers.redis, world_.name, world_.owner),
      outbox_(kept_, limit),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

WorldWriter::~WorldWriter() {
    finish();
}

void WorldWriter::finish() {
    if (!thread_.joinable()) {
        return;
    }
    thread_.request_stop();
    if (waits()) {
        outbox_.keep();  // the thread may hang on a database that does not answer
    }
    thread_.join();
    if (const auto lost = outbox_.size().at_risk; lost > 0) {
        log::error("ticks_lost", {{"world", world_.name}, {"ticks", lost}});
    }
}

void WorldWriter::write(TickWrite write, steady_clock::time_point begun, Waiting::Settled settled) {
    if (refused_) {
        if (settled) {
            settled(false);
        }
        return;
    }
    auto waiting = std::make_shared<Waiting>();
    waiting->write = std::move(write);
    waiting->begun = begun;
    if (settled) {
        waiting->settled.push_back(std::move(settled));
    }
    const bool alone = outbox_.push(std::move(waiting));
    {
        const std::lock_guard lock(mutex_);
        work_ = true;
    }
    wake_.notify_one();
    if (!alone) {
        keep_and_show();
    }
    make_room();
}

void WorldWriter::make_room() {
    const Outbox::Room room = outbox_.make_room();
    ticks_lost_ += room.folded;
    metrics_.outbox_folded->Increment(static_cast<double>(room.folded));
    metrics_.outbox_dropped->Increment(static_cast<double>(room.dropped));
    if (room.folded > 0) {
        log::warn("outbox_full", {{"world", world_.name}, {"folded", room.folded}, {"dropped", room.dropped}});
        note_size();
    }
}

void WorldWriter::run(const std::stop_token& stop) {
    Backoff backoff(kFirstRetry, kMostRetry);
    for (;;) {
        const auto waiting = outbox_.front();
        if (waiting == nullptr) {
            note_size();
            on_settled_();
            if (!wait_for_work(stop)) {
                return;
            }
            continue;
        }
        if (refused_) {
            outbox_.clear();  // made from what was refused, and pushed at the same moment
            continue;
        }
        try {
            store(*waiting);
            backoff.reset();
        } catch (const Unavailable& error) {
            metrics_.store_retries->Increment();
            log::warn(
                "tick_waits",
                {{"world", world_.name}, {"tick", to_rfc3339(waiting->write.state().tick)}, {"error", error.what()}});
            keep_and_show();
            if (!wait_for(stop, backoff.next())) {
                return;
            }
        } catch (const std::exception& error) {
            metrics_.ticks_failed->Increment();
            make_void(waiting->write, error.what());
        }
    }
}

bool WorldWriter::wait_for_work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return work_; });
    return std::exchange(work_, false);
}

void WorldWriter::store(const Waiting& waiting) {
    const auto begin = steady_clock::now();
    if (store_.store(waiting.write) == Store::Outcome::refused) {
        metrics_.ticks_refused->Increment();
        make_void(waiting.write, "somebody else stored a tick");
        return;
    }
    const proto::State& state = waiting.write.state();
    metrics_.store_seconds->Observe(seconds_since(begin));
    metrics_.players_changed->Set(static_cast<double>(waiting.write.player_rows));
    metrics_.ticks_stored->Increment(static_cast<double>(waiting.write.states.size()));
    metrics_.last_tick_seconds->Set(std::chrono::duration<double>(state.tick.time_since_epoch()).count());
    auto news = store_.take_news();
    show(state.tick, news.erasures ? news.erasures->state_text : waiting.write.state_text);
    if (news.erasures) {
        hide_what_was_shown(news.erasures->erased);
    }
    note(std::move(news));
    metrics_.tick_seconds->Observe(seconds_since(waiting.begun));
    log::info(
        "tick_stored",
        {{"world", world_.name}, {"tick", to_rfc3339(state.tick)}, {"players", state.players}, {"epoch", state.epoch}});
    outbox_.pop();
    note_size();
}

void WorldWriter::note(Store::News news) {
    const std::lock_guard lock(mutex_);
    if (news.erasures) {
        erased_ = std::move(news.erasures->erased);
    }
    if (news.reviewed) {
        reviewed_ = std::move(news.reviewed);
    }
}

/// This tick, or newer ones that wait, may have been shown from Redis before the erasure was known.
void WorldWriter::hide_what_was_shown(const ErasedPlayers& erased) {
    try {
        hide_in_redis(servers_.redis, world_.name, [&erased](std::string_view id) {
            return erased.pseudonym_of(id).has_value();
        });
    } catch (const Error& error) {
        log::warn("erased_player_in_redis", {{"world", world_.name}, {"error", error.what()}});
    }
}

void WorldWriter::make_void(const TickWrite& write, const std::string& why) {
    log::warn("tick_refused", {{"world", world_.name}, {"tick", to_rfc3339(write.state().tick)}, {"why", why}});
    refused_ = true;
    outbox_.clear();
}

void WorldWriter::keep_and_show() noexcept {
    try {
        outbox_.keep();
        if (const auto newest = outbox_.newest_kept()) {
            show(newest->tick, newest->text);
        }
    } catch (const std::exception& error) {
        log::error("tick_not_shown", {{"world", world_.name}, {"error", error.what()}});
    }
    note_size();
}

void WorldWriter::show(TimePoint tick, const std::string& text) {
    const std::lock_guard lock(showing_);
    if (shown_ && tick <= *shown_) {
        return;
    }
    try {
        world_state::put(servers_.redis, world_.name, tick, text, world_.position);
        shown_ = tick;
    } catch (const Error& error) {
        metrics_.put_failures->Increment();
        log::debug("state_not_put", {{"world", world_.name}, {"error", error.what()}});
    }
    try {
        servers_.nats.publish(proto::state_subject(world_.name), std::to_string(tick.time_since_epoch().count()));
        metrics_.announced->Increment();
    } catch (const Error& error) {
        metrics_.not_announced->Increment();
        log::debug("state_not_announced", {{"world", world_.name}, {"error", error.what()}});
    }
}

void WorldWriter::note_size() {
    const Outbox::Size size = outbox_.size();
    metrics_.outbox_ticks->Set(static_cast<double>(size.ticks));
    metrics_.outbox_bytes->Set(static_cast<double>(size.bytes));
    metrics_.outbox_at_risk->Set(static_cast<double>(size.at_risk));
}

std::optional<ErasedPlayers> WorldWriter::take_erased() {
    const std::lock_guard lock(mutex_);
    return std::exchange(erased_, std::nullopt);
}

std::optional<Reviewed> WorldWriter::take_reviewed() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reviewed_, std::nullopt);
}

void WorldWriter::store_kept_ticks(Store& store) {
    std::vector<TimePoint> ticks;
    try {
        ticks = kept_.list();
    } catch (const Unavailable& error) {
        log::debug("kept_ticks_unknown", {{"world", world_.name}, {"error", error.what()}});
    } catch (const Error& error) {  // such as a key of another kind: the world goes on without it
        log::error("kept_ticks_unusable", {{"world", world_.name}, {"error", error.what()}});
    }
    for (const TimePoint tick : ticks) {
        const auto text = kept_.get(tick);
        if (!text) {
            continue;  // whoever kept it has stored it meanwhile
        }
        const bool stored = store_kept_tick(store, tick, *text);
        metrics_.outbox_recovered->Increment(stored ? 1 : 0);
        log::info("kept_tick", {{"world", world_.name}, {"tick", to_rfc3339(tick)}, {"stored", stored}});
        kept_.forget({tick});
    }
}

bool WorldWriter::store_kept_tick(Store& store, TimePoint tick, const std::string& text) const {
    try {
        return store.store(decode_tick_write(text)) == Store::Outcome::stored;
    } catch (const Unavailable&) {
        throw;
    } catch (const Error& error) {
        log::error("kept_tick_unusable", {{"world", world_.name}, {"tick", to_rfc3339(tick)}, {"error", error.what()}});
        return false;
    }
}

WorldMemory WorldWriter::load() {
    if (waits()) {
        throw Unavailable("ticks wait for PostgreSQL");
    }
    Store store(servers_.postgres);
    store_kept_ticks(store);
    refused_ = false;
    WorldMemory memory = store.load(world_.name);
    if (memory.state) {
        show(memory.state->tick, encode(*memory.state));
    }
    return memory;
}

}  // namespace watchtower::collector
