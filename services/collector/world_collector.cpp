#include "services/collector/world_collector.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "services/collector/model/hide_players.hpp"

namespace watchtower::collector {

namespace {

using proto::Section;
using std::chrono::steady_clock;

constexpr Milliseconds kFirstRetry{100};
constexpr Milliseconds kMostRetry{2'000};

/// Without anything to do it still looks so often.
constexpr Milliseconds kIdle{1'000};

/// In the last tenth of its interval a tick is not begun any more, and its reading ends before the last twentieth:
/// what is read after the next tick began does not count.
constexpr int kTooLate = 10;
constexpr int kMargin = 20;

/// A tick begun after this part of its interval is late.
constexpr int kLate = 10;

}  // namespace

WorldCollector::WorldCollector(const Options& options,
                               std::size_t position,
                               const std::string& owner,
                               const Surroundings& surroundings,
                               const WorldMetrics& metrics)
    : name_(options.worlds.at(position).name),
      position_(position),
      interval_(options.interval),
      request_timeout_(options.request_timeout),
      limits_(options.limits()),
      alert_rules_(options.alerts),
      moderation_rules_(options.moderation),
      surroundings_(surroundings),
      metrics_(metrics),
      writer_({name_, static_cast<std::int64_t>(position), owner},
              surroundings.servers,
              surroundings.outbox_limit,
              metrics,
              [this] { wake(); }) {
    for (const Section section : proto::kSections) {
        sources_[proto::index(section)] = std::make_unique<SectionSource>(
            options.worlds[position], section, SourceOptions{.max_body_bytes = options.max_body_bytes});
    }
}

void WorldCollector::run(const std::stop_token& stop) {
    Backoff backoff(kFirstRetry, kMostRetry);
    Owners& owners = surroundings_.owners;
    while (!stop.stop_requested()) {
        owners.set_busy(position_, true);
        const bool owned = owners.owns(position_);
        metrics_.owned->Set(owned ? 1 : 0);
        TimePoint look_again = surroundings_.clock.now() + kIdle;
        try {
            if (owned) {
                work(stop);
                look_again = next_look(surroundings_.clock.now());
            } else {
                leave();
            }
            backoff.reset();
        } catch (const Unavailable& error) {
            log::warn("world_waits", {{"world", name_}, {"error", error.what()}});
            look_again = surroundings_.clock.now() + backoff.next();
        } catch (const std::exception& error) {
            memory_.reset();
            metrics_.ticks_failed->Increment();
            log::error("tick_failed", {{"world", name_}, {"error", error.what()}});
            look_again = surroundings_.clock.now() + backoff.next();
        }
        owners.set_busy(position_, owned && writer_.waits());
        rest(stop, look_again);
    }
    leave();
}

void WorldCollector::work(const std::stop_token& stop) {
    if (memory_ && writer_.refused()) {  // without memory the world was given up for it, or is loaded anew
        memory_.reset();
        if (surroundings_.owners.give_up(position_)) {
            return;
        }
    }
    if (!memory_) {
        load();
    }
    if (const auto erased = writer_.take_erased()) {
        hide_players(*memory_, *erased);
    }
    if (const auto reviewed = writer_.take_reviewed()) {
        note_reviews(*memory_, *reviewed);
    }
    const TimePoint now = surroundings_.clock.now();
    answer_older(now);
    if (const auto tick = due(now)) {
        collect(stop, *tick);
    }
}

void WorldCollector::load() {
    memory_ = writer_.load();
    reading_.names = names_of(*memory_);
    last_tick_.reset();
    if (memory_->state) {
        last_tick_ = memory_->state->tick;
    }
    log::info("world_loaded", {{"world", name_}, {"players", memory_->players.size()}});
}

/// What is not owned is forgotten, but for what still waits for PostgreSQL: nobody else has that.
void WorldCollector::leave() {
    if (memory_ && !writer_.waits()) {
        memory_.reset();
        reading_ = Reading();
        log::info("world_left", {{"world", name_}});
    }
    const std::lock_guard lock(mutex_);
    for (Request& request : std::exchange(requests_, {})) {
        request.answer.set_value({Collected::Outcome::not_owned, {}});
    }
}

std::optional<TimePoint> WorldCollector::due(TimePoint now) {
    const TimePoint scheduled = tick_at_or_before(now, interval_);
    std::optional<TimePoint> tick;
    if ((!last_tick_ || scheduled > *last_tick_) && now <= scheduled + interval_ - interval_ / kTooLate) {
        tick = scheduled;
    }
    const std::lock_guard lock(mutex_);
    for (const Request& request : requests_) {
        if (request.at <= now && (!last_tick_ || request.at > *last_tick_) && (!tick || request.at < *tick)) {
            tick = request.at;
        }
    }
    return tick;
}

TimePoint WorldCollector::next_look(TimePoint now) {
    const TimePoint scheduled = tick_at_or_before(now, interval_);
    const bool is_due = !last_tick_ || scheduled > *last_tick_;
    TimePoint next = scheduled + interval_;
    if (is_due && now <= next - interval_ / kTooLate) {
        next = now;
    }
    const std::lock_guard lock(mutex_);
    for (const Request& request : requests_) {
        next = std::min(next, std::max(request.at, now));
    }
    return next;
}

void WorldCollector::collect(const std::stop_token& stop, TimePoint tick) {
    const auto begun = steady_clock::now();
    if (surroundings_.clock.now() - tick > interval_ / kLate) {
        metrics_.ticks_late->Increment();
    }
    const TickInput input = read(stop, tick);
    if (stop.stop_requested()) {
        return;  // what was broken off is nobody's failure
    }
    if (surroundings_.clock.now() >= tick + interval_) {
        log::warn("tick_too_late", {{"world", name_}, {"tick", to_rfc3339(tick)}});
        return;
    }
    Step step = compare(*memory_, reading_, input, limits_);
    judge_suspects(*memory_, step, moderation_rules_);
    for (const proto::SuspectKind kind : step.moderation->doubtful) {
        log::warn("moderation_doubtful", {{"world", name_}, {"kind", to_text(kind)}});
    }
    judge_alerts(step, writer_.ticks_at_risk(), writer_.take_ticks_lost(), alert_rules_);
    TickWrite write = tick_write(*memory_, step);
    apply(*memory_, std::move(step));
    note_done(tick);
    writer_.write(std::move(write), begun, answer_when_settled(tick));
}

void WorldCollector::note_done(TimePoint tick) {
    const auto skipped =
        last_tick_
            ? (tick_at_or_before(tick - Milliseconds(1), interval_) - tick_at_or_before(*last_tick_, interval_)) /
                  interval_
            : 0;
    if (skipped > 0) {
        metrics_.ticks_skipped->Increment(static_cast<double>(skipped));
        log::warn("ticks_skipped", {{"world", name_}, {"ticks", skipped}, {"before", to_rfc3339(tick)}});
    }
    last_tick_ = tick;
}

/// Each in a thread of its own. Throws what reading one threw, such as bad_alloc for a body too big for the memory.
std::array<SectionRead, proto::kSectionCount> WorldCollector::read_sections(const std::stop_token& stop,
                                                                            steady_clock::time_point deadline) {
    std::array<std::future<SectionRead>, proto::kSectionCount> readers;
    for (std::size_t i = 0; i < readers.size(); ++i) {
        readers[i] = std::async(std::launch::async, [&, i] { return sources_[i]->read(stop, deadline, reading_); });
    }
    std::array<SectionRead, proto::kSectionCount> results;
    std::transform(readers.begin(), readers.end(), results.begin(), [](auto& reader) { return reader.get(); });
    return results;
}

TickInput WorldCollector::read(const std::stop_token& stop, TimePoint tick) {
    reading_.clear(&memory_->players);
    TickInput input;
    input.tick = tick;
    input.timestamp = surroundings_.clock.now();
    input.interval = interval_;
    const TimePoint end = tick + interval_ - interval_ / kMargin;
    const auto deadline =
        steady_clock::now() + std::min(request_timeout_, std::max(end - input.timestamp, Milliseconds(0)));
    const auto results = read_sections(stop, deadline);
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
        surroundings_.game.succeeded();
    } else {
        surroundings_.game.failed(results.front().failure->reason);
    }
}

std::future<Collected> WorldCollector::request(TimePoint at) {
    Request request{at, {}};
    auto answer = request.answer.get_future();
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
    }
    wake();
    return answer;
}

/// Requests that a tick was done for already, and those whose time went by.
void WorldCollector::answer_older(TimePoint now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(requests_, [&](Request& request) {
        if (last_tick_ && request.at <= *last_tick_) {
            request.answer.set_value({Collected::Outcome::done, *last_tick_});
            return true;
        }
        if (now >= request.at + interval_) {
            request.answer.set_value({Collected::Outcome::too_late, {}});
            return true;
        }
        return false;
    });
}

/// Takes the requests that this tick answers.
Waiting::Settled WorldCollector::answer_when_settled(TimePoint tick) {
    auto answers = std::make_shared<std::vector<std::promise<Collected>>>();
    const std::lock_guard lock(mutex_);
    std::erase_if(requests_, [&](Request& request) {
        if (request.at > tick) {
            return false;
        }
        answers->push_back(std::move(request.answer));
        return true;
    });
    if (answers->empty()) {
        return {};
    }
    return [answers, tick](bool kept) {
        for (auto& answer : *answers) {
            answer.set_value({kept ? Collected::Outcome::done : Collected::Outcome::failed, tick});
        }
    };
}

void WorldCollector::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wake_.notify_one();
}

void WorldCollector::rest(const std::stop_token& stop, TimePoint until) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, stop, until, [this] { return woken_; });
    woken_ = false;
}

}  // namespace watchtower::collector
