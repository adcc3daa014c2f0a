#include "services/collector/world_collector.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/stop_signal.hpp"
#include "common/world_state/redis_states.hpp"
#include "proto-json/names.hpp"
#include "services/collector/model/hide_players.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;
using std::chrono::steady_clock;

constexpr Milliseconds kFirstRetry{100};
constexpr Milliseconds kMostRetry{5'000};

/// In the last tenth of its interval a tick is not begun any more: its sections would fail for want of time.
constexpr int kTooLate = 10;

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

}  // namespace

WorldCollector::WorldCollector(const Options& options,
                               std::size_t position,
                               const Outside& outside,
                               const WorldMetrics& metrics)
    : name_(options.worlds.at(position).name),
      position_(position),
      interval_(options.interval),
      request_timeout_(options.request_timeout),
      limits_(options.limits()),
      outside_(outside),
      metrics_(metrics),
      store_(outside.postgres) {
    for (const Section section : proto::kSections) {
        sources_[proto::index(section)] = std::make_unique<SectionSource>(
            options.worlds[position], section, SourceOptions{.max_body_bytes = options.max_body_bytes});
    }
}

void WorldCollector::run(const std::stop_token& stop) {
    Backoff backoff(kFirstRetry, kMostRetry);
    while (!stop.stop_requested()) {
        const TimePoint now = outside_.clock.now();
        const TimePoint tick = tick_at_or_before(now, interval_);
        if (last_tick_ && tick <= *last_tick_) {
            wait_until(stop, *last_tick_ + interval_);
            continue;
        }
        if (now > tick + interval_ - interval_ / kTooLate) {
            wait_until(stop, tick + interval_);
            continue;
        }
        try {
            collect(stop, tick);
            note_skipped(tick);
            last_tick_ = tick;
            backoff.reset();
        } catch (const Unavailable& error) {
            log::warn("tick_waits", {{"world", name_}, {"tick", to_rfc3339(tick)}, {"error", error.what()}});
            wait_for(stop, backoff.next());
        } catch (const std::exception& error) {
            memory_.reset();
            metrics_.ticks_failed->Increment();
            log::error("tick_failed", {{"world", name_}, {"tick", to_rfc3339(tick)}, {"error", error.what()}});
            note_skipped(tick);
            last_tick_ = tick;
        }
    }
}

void WorldCollector::note_skipped(TimePoint tick) {
    const auto skipped = last_tick_ ? (tick - *last_tick_) / interval_ - 1 : 0;
    if (skipped > 0) {
        metrics_.ticks_skipped->Increment(static_cast<double>(skipped));
        log::warn("ticks_skipped", {{"world", name_}, {"ticks", skipped}, {"before", to_rfc3339(tick)}});
    }
}

void WorldCollector::collect(const std::stop_token& stop, TimePoint tick) {
    const auto begin = steady_clock::now();
    if (!memory_) {
        memory_ = store_.load(name_);
        log::info("world_loaded", {{"world", name_}, {"players", memory_->players.size()}});
    }
    if (memory_->state && memory_->state->tick >= tick) {
        return;
    }
    const TickInput input = read(stop, tick);
    if (stop.stop_requested()) {
        return;  // what was broken off is nobody's failure
    }
    save(stop, compare(*memory_, reading_, input, limits_));
    metrics_.tick_seconds->Observe(seconds_since(begin));
}

TickInput WorldCollector::read(const std::stop_token& stop, TimePoint tick) {
    reading_.clear();
    TickInput input;
    input.tick = tick;
    input.timestamp = outside_.clock.now();
    input.interval = interval_;
    const Milliseconds left = std::max(tick + interval_ - input.timestamp, Milliseconds(0));
    const auto deadline = steady_clock::now() + std::min(request_timeout_, left);
    std::array<SectionRead, proto::kSectionCount> results;
    {
        std::array<std::jthread, proto::kSectionCount> readers;
        for (std::size_t i = 0; i < readers.size(); ++i) {
            readers[i] = std::jthread([&, i] { results[i] = sources_[i]->read(stop, deadline, reading_); });
        }
    }
    input.simulated = memory_->state && memory_->state->simulated;
    for (const Section section : proto::kSections) {
        const SectionRead& result = results[proto::index(section)];
        input.errors[proto::index(section)] = report(section, result);
        if (!result.failure) {
            input.simulated = result.simulated;
        }
    }
    report_game(results);
    return input;
}

std::optional<proto::SectionError> WorldCollector::report(Section section, const SectionRead& result) {
    const WorldMetrics::Section& metrics = metrics_.sections[proto::index(section)];
    for (const auto duration : result.durations) {
        metrics.response_seconds->Observe(std::chrono::duration<double>(duration).count());
    }
    for (const auto error : result.errors) {
        metrics.errors[static_cast<std::size_t>(error)]->Increment();
    }
    if (result.failure) {
        log::warn("section_failed",
                  {{"world", name_},
                   {"section", to_text(section)},
                   {"error_type", to_text(result.failure->error)},
                   {"error", result.failure->reason}});
        return result.failure->error;
    }
    for (const auto reason : kInvalidReasons) {
        if (const auto count = result.invalid.count(reason); count > 0) {
            metrics.invalid[static_cast<std::size_t>(reason)]->Increment(static_cast<double>(count));
            log::warn("records_skipped",
                      {{"world", name_},
                       {"section", to_text(section)},
                       {"reason", to_text(reason)},
                       {"records", count},
                       {"example", result.invalid.example(reason)}});
        }
    }
    return std::nullopt;
}

void WorldCollector::report_game(const std::array<SectionRead, proto::kSectionCount>& results) {
    const auto answered = std::find_if(results.begin(), results.end(), [](const auto& r) { return !r.failure; });
    if (answered != results.end()) {
        outside_.game.succeeded();
    } else {
        outside_.game.failed(results.front().failure->reason);
    }
}

void WorldCollector::save(const std::stop_token& stop, Step step) {
    const auto begin = steady_clock::now();
    const TimePoint tick = step.state.tick;
    bool in_doubt = false;
    TickWrite write = tick_write(*memory_, step);
    if (store_until(stop, write, in_doubt) == Store::Outcome::stored) {
        metrics_.store_seconds->Observe(seconds_since(begin));
        metrics_.players_changed->Set(static_cast<double>(step.players.size()));
        apply(*memory_, std::move(step));
        if (const auto erased = store_.take_news()) {
            hide_players(*memory_, *erased);
        }
    } else {
        // Somebody else's tick, or our own whose commit was not answered.
        memory_.reset();
        memory_ = store_.load(name_);
        if (!in_doubt || !memory_->state || memory_->state->tick != tick) {
            metrics_.ticks_refused->Increment();
            log::warn("tick_refused", {{"world", name_}, {"tick", to_rfc3339(tick)}});
            return;
        }
    }
    announce(*memory_->state);
    metrics_.ticks_stored->Increment();
    metrics_.last_tick_seconds->Set(std::chrono::duration<double>(tick.time_since_epoch()).count());
    log::info("tick_stored",
              {{"world", name_},
               {"tick", to_rfc3339(tick)},
               {"players", memory_->state->players},
               {"epoch", memory_->state->epoch}});
}

/// Tries until the next tick begins; then the step is dropped, and the next read makes up for it. `in_doubt`: an
/// attempt may have been carried out without our knowing.
Store::Outcome WorldCollector::store_until(const std::stop_token& stop, TickWrite& write, bool& in_doubt) {
    Backoff backoff(kFirstRetry, kMostRetry);
    for (;;) {
        try {
            return store_.store(write);
        } catch (const Unavailable& error) {
            in_doubt = in_doubt || dynamic_cast<const postgres::MayHaveHappened*>(&error) != nullptr;
            const auto wait = backoff.next();
            if (outside_.clock.now() + wait >= write.state().tick + interval_ || !wait_for(stop, wait)) {
                metrics_.ticks_failed->Increment();
                last_tick_ = write.state().tick;
                throw;
            }
            metrics_.store_retries->Increment();
        }
    }
}

void WorldCollector::announce(const proto::State& state) {
    try {
        world_state::put(outside_.redis, state, static_cast<std::int64_t>(position_));
    } catch (const Error& error) {
        metrics_.put_failures->Increment();
        log::debug("state_not_put", {{"world", name_}, {"error", error.what()}});
    }
    try {
        outside_.nats.publish(proto::state_subject(name_), std::to_string(state.tick.time_since_epoch().count()));
    } catch (const Error& error) {
        log::debug("state_not_announced", {{"world", name_}, {"error", error.what()}});
    }
}

}  // namespace watchtower::collector
